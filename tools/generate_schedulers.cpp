#include "generate_schedulers.h"

#include "big/core/text.h"
#include "big/diffusion/sampler_catalog.h"
#include "cli/text_table.h"

namespace big {
namespace {

/// Names of the schedules that a sampler can follow.
std::vector<std::string> schedules_of(const SamplerInfo& info) {
  if (info.levels == LevelRules::kTimesteps) return {schedule_info(ScheduleKind::kUniform).name};
  std::vector<std::string> names;
  for (const auto& schedule : schedule_catalog()) names.push_back(schedule.name);
  return names;
}

std::string eta_text(const SamplerInfo& info) { return info.eta ? number_text(*info.eta) : "-"; }

}  // namespace

void add_scheduler_options(OptionTable& table, const std::string& group, GenerateOptions& generate) {
  table
      .add(group, "scheduler",
           "the web UIs' name (\"DPM++ 2M Karras\") or diffusers' class: see --list_schedulers",
           &generate.scheduler)
      .placeholder("NAME")
      .unset("the model's");
  table
      .add(group, "schedule", "how the noise levels lie: automatic, karras, ...: see --list_schedulers",
           &generate.schedule)
      .placeholder("NAME")
      .unset("the scheduler's");
  table.add(group, "eta", "share of fresh noise in each step, where the scheduler takes any", &generate.eta)
      .range(0, 1)
      .unset("the scheduler's");
}

std::string schedulers_text() {
  std::vector<std::vector<std::string>> schedulers = {
      {"scheduler", "diffusers", "schedules", "automatic", "eta", "also"}};
  for (const auto& info : sampler_catalog()) {
    const bool whole = info.levels == LevelRules::kTimesteps;
    schedulers.push_back({info.name, info.diffusers_class.empty() ? "-" : info.diffusers_class,
                          whole ? "the model's" : "all", schedule_info(info.automatic).name, eta_text(info),
                          join(info.aliases, ", ")});
  }
  std::vector<std::vector<std::string>> schedules = {{"schedule", "in pictures"}};
  for (const auto& info : schedule_catalog()) schedules.push_back({info.name, info.label});
  return text_table(schedulers) + "\n" + text_table(schedules);
}

OrderedJson schedulers_json() {
  OrderedJson schedulers = OrderedJson::array(), schedules = OrderedJson::array();
  for (const auto& info : sampler_catalog()) {
    schedulers.push_back(
        {{"name", info.name},
         {"diffusers", info.diffusers_class.empty() ? OrderedJson() : OrderedJson(info.diffusers_class)},
         {"aliases", info.aliases},
         {"schedules", schedules_of(info)},
         {"automatic", schedule_info(info.automatic).name},
         {"eta", info.eta ? OrderedJson(*info.eta) : OrderedJson()}});
  }
  for (const auto& info : schedule_catalog())
    schedules.push_back({{"name", info.name}, {"label", info.label}});
  return {{"schedulers", schedulers}, {"schedules", schedules}};
}

}  // namespace big
