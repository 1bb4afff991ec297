#include "cli/common_options.h"

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/registry/names.h"
#include "cli/models_location.h"
#include "cli/output.h"

namespace big {
namespace {

const char* const kGroup = "Every tool";

void read_config_file(OptionTable& table, CommonOptions& common) {
  if (!common.config.empty()) {
    table.read_config(common.config);
    return;
  }
  const std::filesystem::path here = table.text().name + ".toml";
  if (!std::filesystem::exists(here)) return;
  table.read_config(here);
  set_log_level(common.quiet ? LogLevel::kError : parse_log_level(common.log_level));
  log_info("settings read from ./" + here.string());
}

void settle_places(OptionTable& table, CommonOptions& common) {
  if (!table.given("models_dir")) {
    const ModelsLocation found = locate_models();
    common.models_dir = found.models_dir;
    common.project_models = found.project_models;
    table.option("models_dir").settled_by(found.source);
  } else {
    std::error_code error;
    common.project_models = find_project_models(std::filesystem::read_symlink("/proc/self/exe", error));
  }
  if (!table.given("user")) {
    common.user = login_name();
    table.option("user").settled_by("login name");
  }
}

}  // namespace

const std::string& version_text() {
  static const std::string kVersion = BIG_VERSION;
  return kVersion;
}

void add_common_options(OptionTable& table, CommonOptions& common) {
  const std::string name = table.text().name;
  table.add(kGroup, "models_dir", "where models and registry are", &common.models_dir)
      .placeholder("DIR")
      .personal()
      .unrecorded()
      .unset("BIG_MODELS_DIR, else ./models if it holds any, else the project's");
  table.add(kGroup, "user", "whose private models", &common.user)
      .placeholder("NAME")
      .personal()
      .unrecorded()
      .unset("login name");
  table.add(kGroup, "config", "settings as TOML, keys named as the flags", &common.config)
      .placeholder("FILE")
      .flag_only();
  table
      .add(kGroup, "print_config", "print every setting and where it came from, as TOML",
           &common.print_config)
      .flag_only();
  table.add(kGroup, "json", "print one JSON object, errors too", &common.json).personal().unrecorded();
  table.add(kGroup, "quiet", "say nothing but errors", &common.quiet).personal().unrecorded();
  table.add(kGroup, "log_level", "how much to say", &common.log_level)
      .placeholder("LEVEL")
      .choices({"debug", "info", "warning", "error", "off"})
      .personal()
      .unrecorded();
  table.add(kGroup, "version", "print the version", &common.version).flag_only();
  table.add(kGroup, "help", "print this", &common.help).flag_only();
}

void add_source_options(OptionTable& table, const std::string& group, ModelSource& source) {
  table.add(group, "vae", "a VAE's file or folder in place of the model's own", &source.vae)
      .placeholder("PATH")
      .personal()
      .unset("the model's own");
  table
      .add(group, "prediction_type", "what a single file's UNet gives, where it does not say (SD 2)",
           &source.prediction_type)
      .placeholder("TYPE")
      .choices({"epsilon", "v_prediction"})
      .personal()
      .unset("as the file says");
}

void add_compute_options(OptionTable& table, std::string& device, std::string& dtype, int64_t& threads) {
  const char* const kCompute = "Machine";
  table.add(kCompute, "device", "where to compute: auto, cpu, cuda or cuda:N", &device)
      .placeholder("NAME")
      .personal()
      .unrecorded();
  table
      .add(kCompute, "dtype", "numbers of what is not trained; auto is fp32 on the CPU, fp16 on CUDA", &dtype)
      .placeholder("TYPE")
      .choices({"auto", "fp32", "fp16", "bf16"})
      .personal();
  table.add(kCompute, "threads", "CPU threads; 0 means OMP_NUM_THREADS, else the physical cores", &threads)
      .range(0, 1024)
      .personal()
      .unrecorded();
}

bool read_options(OptionTable& table,
                  CommonOptions& common,
                  const std::vector<std::string>& arguments,
                  const std::function<void()>& after_flags) {
  table.read_flags(arguments);
  if (common.help) {
    print_result(common.json, table.help(), {{"help", table.help()}});
    return false;
  }
  if (common.version) {
    print_result(common.json, table.text().name + " " + version_text() + "\n", {{"version", version_text()}});
    return false;
  }
  if (after_flags) after_flags();
  read_config_file(table, common);
  set_json_output(common.json);
  set_log_level(common.quiet ? LogLevel::kError : parse_log_level(common.log_level));
  settle_places(table, common);
  validate_user(common.user);
  return true;
}

bool answer_print_config(const OptionTable& table, const CommonOptions& common) {
  if (common.print_config) print_result(common.json, table.print_config(), table.config_json());
  return common.print_config;
}

void require_models_dir(const CommonOptions& common) {
  if (!std::filesystem::is_directory(common.models_dir)) {
    throw InputError(common.models_dir.string() + ": no such models folder (--models_dir)");
  }
}

}  // namespace big
