#include "finetune_command.h"

#include <filesystem>
#include <set>

#include "big/core/text.h"
#include "big/pipeline/device.h"
#include "cli/output.h"

namespace big {

std::string repeating_command(const OptionTable& table, const FinetuneOptions& options) {
  std::string command = "finetune";
  const auto add = [&](const std::string& name, const std::string& value) {
    command += concat(" --", name, "=", shell_word(value));
  };
  for (const Option& option : table.options()) {
    // Resuming and talking are no part of what a model becomes; the last are added whoever gave them.
    static const std::set<std::string> kLeftOut = {"resume", "dry_run", "no_wait", "json", "quiet", "log_level",
                                                   "config", "print_config", "identifier", "overwrite",
                                                   "models_dir", "user", "seed", "threads",
                                                   "max_subjects"};
    if (option.origin() < Origin::kConfigFile || option.is_flag_only() || kLeftOut.count(option.name()) > 0) continue;
    const std::string value = option.value_text();
    const bool path = !value.empty() && (option.is_path() || std::filesystem::path(value).has_parent_path());
    add(option.name(), path ? std::filesystem::absolute(value).string() : value);
  }
  add("models_dir", std::filesystem::absolute(options.models_dir).string());
  add("user", options.user);
  add("seed", std::to_string(options.train.seed));
  add("threads", std::to_string(threads_in_use()));
  return command;
}

}  // namespace big
