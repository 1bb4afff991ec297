#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "big/pipeline/model_source.h"
#include "cli/option_table.h"

namespace big {

/// What every tool takes.
struct CommonOptions {
  std::filesystem::path config, models_dir;
  std::filesystem::path project_models;  ///< found, not given
  std::string user;
  bool print_config = false, json = false, quiet = false, version = false, help = false;
  std::string log_level = "info";
};

/// "0.1.0".
const std::string& version_text();

/// Declares them.
void add_common_options(OptionTable& table, CommonOptions& common);
/// What tools that load models take besides their path.
void add_source_options(OptionTable& table, const std::string& group, ModelSource& source);
/// What tools that run networks take besides; threads 0 means what set_threads makes of it.
void add_compute_options(OptionTable& table, std::string& device, std::string& dtype, int64_t& threads);

/// Reads flags, then --config or ./<tool>.toml, sets the log level, settles models_dir and user. Answers
/// --help and --version itself: false means that nothing is left to do. `after_flags` may read a source that
/// beats the configuration file.
bool read_options(OptionTable& table,
                  CommonOptions& common,
                  const std::vector<std::string>& arguments,
                  const std::function<void()>& after_flags = {});

/// Answers --print_config, once big.json is overlaid: true means that nothing is left to do.
bool answer_print_config(const OptionTable& table, const CommonOptions& common);

/// Throws InputError where models_dir is no folder: for tools that only read it.
void require_models_dir(const CommonOptions& common);

}  // namespace big
