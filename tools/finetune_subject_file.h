#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/option_table.h"
#include "finetune_options.h"

namespace big {

/// One subject of a subject file, with all settings of its run.
struct PlannedSubject {
  FinetuneOptions options;
  std::string where;  ///< names its table: "subjects.toml:3"
};

/// Throws UsageError for flags that name one subject, while there is a subject file.
void check_goes_with_subject_file(OptionTable& table, const FinetuneArguments& arguments);

/// The subjects of the file in its order: what the command line and the configuration file say, and each table
/// [[subject]] over it; `settle` completes the settings of one. `arguments` are the table's fields, and are left as
/// they were. Throws UsageError and InputError naming file and line: nothing is taught before all can be.
std::vector<PlannedSubject> plan_subject_file(OptionTable& table,
                                              FinetuneArguments& arguments,
                                              const std::function<void()>& settle);

}  // namespace big
