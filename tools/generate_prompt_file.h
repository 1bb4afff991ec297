#pragma once

#include <vector>

#include "cli/option_table.h"
#include "generate_options.h"

namespace big {

/// Throws UsageError for what cannot go together with a prompt file, while there is one.
void check_goes_with_prompt_file(OptionTable& table, const GenerateArguments& arguments);

/// Plans each prompt of the prompt file: what the command line and the configuration file say, and the prompt's
/// own table over it. `arguments` are the table's fields, and are left as they were. Throws UsageError and
/// InputError naming the file and line.
std::vector<PlannedDrawing> plan_prompt_file(OptionTable& table, GenerateArguments& arguments);

/// {"prompts": [what result_json says of each], "seconds"}.
OrderedJson prompt_file_json(const std::vector<PlannedDrawing>& drawings, const std::vector<DrawResult>& results);

}  // namespace big
