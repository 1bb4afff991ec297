#include "generate_plan.h"

#include "cli/random_seed.h"

namespace big {

PlannedDrawing plan_with_defaults(OptionTable& table, DrawOptions& options) {
  table.overlay_base(plan_drawing(options).model_folder);
  if (!table.given("seed")) options.generate.seed = random_seed();
  options.settings = table.recorded_settings();
  return {options, plan_drawing(options)};  // again: the defaults may bring a negative prompt
}

}  // namespace big
