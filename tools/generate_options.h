#pragma once

#include <string>

#include "big/personalization/draw.h"
#include "cli/common_options.h"
#include "generate_again.h"
#include "generate_show.h"

namespace big {

/// All that generate takes.
struct GenerateArguments {
  DrawOptions options;
  CommonOptions common;
  AgainOptions again;
  ShowOptions show;
  std::string grid;
  std::filesystem::path prompt_file;
  int64_t threads = 0;
  bool list_schedulers = false;
};

/// Declares generate's options.
void add_generate_options(OptionTable& table, GenerateArguments& arguments);

}  // namespace big
