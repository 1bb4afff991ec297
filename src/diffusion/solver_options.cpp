#include "solver_options.h"

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {

void refuse_option(const std::string& key, const std::string& found, const std::string& expected) {
  throw InputError(concat("scheduler_config.json: '", key, "' is ", found, ", expected ", expected,
                          "; choose another scheduler"));
}

void check_solver_order(const NoiseScheduleConfig& config, int64_t most) {
  if (config.solver_order < 1 || config.solver_order > most)
    refuse_option("solver_order", concat(config.solver_order), concat("1 to ", most, " for this sampler"));
}

void check_algorithm(const NoiseScheduleConfig& config) {
  if (config.algorithm_type == "dpmsolver" || config.algorithm_type == "sde-dpmsolver")
    refuse_option("algorithm_type", config.algorithm_type, "dpmsolver++ or sde-dpmsolver++");
}

}  // namespace big
