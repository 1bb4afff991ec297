#pragma once

#include <filesystem>
#include <string>

#include "big/personalization/finetune.h"
#include "cli/common_options.h"

namespace big {

/// All that finetune takes.
struct FinetuneArguments {
  FinetuneOptions options;
  CommonOptions common;
  std::filesystem::path subject_file;
  std::string remove, forget_user, export_user;
  int64_t rollback = 0, suggest = 0;
  bool check = false, reset = false, yes = false;
  int64_t threads = 0;
};

/// Declares finetune's options.
void add_finetune_options(OptionTable& table, FinetuneArguments& arguments);

}  // namespace big
