#include <algorithm>
#include <map>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/diffusion/samplers.h"

namespace big {
namespace {

/// Lower case without what separates words: "DPM++ 2M" and "dpmpp_2m" are both "dpm++2m".
std::string squeezed(const std::string& name) {
  auto text = ascii_lower(name);
  std::erase_if(text, [](char c) { return c == ' ' || c == '_' || c == '-'; });
  if (const auto at = text.find("dpmpp"); at != std::string::npos) text.replace(at, 5, "dpm++");
  return text;
}

struct Named {
  SamplerKind kind;
  std::optional<ScheduleKind> schedule;
};

/// Names of samplers alone, squeezed. Classes that several samplers share mean the first of them.
const std::map<std::string, SamplerKind>& names() {
  static const auto kNames = [] {
    std::map<std::string, SamplerKind> all;
    for (const auto& info : sampler_catalog()) {
      all.emplace(squeezed(info.name), info.kind);
      if (!info.diffusers_class.empty()) all.emplace(squeezed(info.diffusers_class), info.kind);
      for (const auto& alias : info.aliases) all.emplace(squeezed(alias), info.kind);
    }
    return all;
  }();
  return kNames;
}

std::optional<SamplerKind> find_sampler(const std::string& name) {
  auto found = names().find(name);
  // k_euler, k_dpm_2: the k-diffusion library's, in old command lines.
  if (found == names().end() && name.starts_with('k')) found = names().find(name.substr(1));
  return found == names().end() ? std::nullopt : std::optional(found->second);
}

/// "dpm++2mkarras" -> DPM++ 2M with Karras.
std::optional<Named> find_name(const std::string& name) {
  if (const auto kind = find_sampler(name)) return Named{*kind, {}};
  std::vector<std::pair<std::string, ScheduleKind>> endings = {{"ka", ScheduleKind::kKarras}};
  for (const auto& info : schedule_catalog()) endings.emplace_back(squeezed(info.name), info.kind);
  for (const auto& [ending, schedule] : endings) {
    if (!name.ends_with(ending)) continue;
    // "sgm_uniform" ends as "uniform" does: only what is left decides.
    if (const auto kind = find_sampler(name.substr(0, name.size() - ending.size())))
      return Named{*kind, schedule};
  }
  return std::nullopt;
}

UsageError unknown(const std::string& what,
                   const std::string& name,
                   const std::vector<std::string>& offered,
                   const std::string& also) {
  std::vector<std::string> plain;
  for (const auto& one : offered) plain.push_back(ascii_lower(one));
  const auto guess = std::find(plain.begin(), plain.end(), nearest(ascii_lower(name), plain));
  const auto hint =
      guess == plain.end()
          ? std::string()
          : concat("did you mean \"", offered[static_cast<size_t>(guess - plain.begin())], "\"? ");
  return UsageError(
      concat(what, " \"", name, "\" is unknown; ", hint, "There are ", join(offered, ", "), also));
}

UsageError unknown_sampler(const std::string& name) {
  std::vector<std::string> offered;
  for (const auto& info : sampler_catalog()) offered.push_back(info.name);
  return unknown("scheduler", name, offered, ", and diffusers' class names (--list_schedulers shows all)");
}

std::optional<ScheduleKind> find_schedule(const std::string& name) {
  if (name.empty()) return std::nullopt;
  std::vector<std::string> offered;
  for (const auto& info : schedule_catalog()) {
    if (squeezed(info.name) == squeezed(name)) return info.kind;
    offered.push_back(info.name);
  }
  throw unknown("schedule", name, offered, "");
}

/// diffusers keeps several samplers in one class, told apart by other keys.
SamplerKind by_options(SamplerKind kind, const NoiseScheduleConfig& folder) {
  if (kind != SamplerKind::kDpmSolverPlusPlus2M || folder.algorithm_type != "sde-dpmsolver++") return kind;
  if (folder.solver_order == 3) return SamplerKind::kDpmSolverPlusPlus3MSde;
  return folder.solver_type == "heun" ? SamplerKind::kDpmSolverPlusPlus2MSdeHeun
                                      : SamplerKind::kDpmSolverPlusPlus2MSde;
}

ScheduleKind folders_schedule(const NoiseScheduleConfig& folder) {
  if (folder.use_karras_sigmas) return ScheduleKind::kKarras;
  if (folder.use_exponential_sigmas) return ScheduleKind::kExponential;
  return folder.use_beta_sigmas ? ScheduleKind::kBeta : ScheduleKind::kUniform;
}

bool names_a_class(const std::string& name) { return squeezed(name).ends_with("scheduler"); }

/// What holds while nobody names a schedule.
ScheduleKind unsaid_schedule(const SamplerInfo& info,
                             const std::string& name,
                             const NoiseScheduleConfig& folder) {
  if (info.levels == LevelRules::kTimesteps) return ScheduleKind::kAutomatic;
  const auto own = find_sampler(squeezed(folder.class_name));
  const bool follows = name.empty() || names_a_class(name) || info.automatic == ScheduleKind::kUniform ||
                       (own && by_options(*own, folder) == info.kind);
  const auto schedule = follows ? folders_schedule(folder) : ScheduleKind::kAutomatic;
  return schedule == info.automatic ? ScheduleKind::kAutomatic : schedule;
}

void check_schedule(const SamplerInfo& info, ScheduleKind schedule) {
  if (info.levels != LevelRules::kTimesteps) return;
  if (schedule == ScheduleKind::kAutomatic || schedule == ScheduleKind::kUniform) return;
  throw UsageError(concat(info.name, " keeps to the model's own timesteps and knows no schedule ",
                          schedule_info(schedule).name,
                          "; leave the schedule out, or choose another scheduler"));
}

}  // namespace

SamplerChoice choose_sampler(const std::string& name,
                             const std::string& schedule,
                             const NoiseScheduleConfig& folder) {
  // The ancestor of them all is for training; with these steps it draws as DDIM.
  const auto own = folder.class_name == "DDPMScheduler" ? "DDIMScheduler" : folder.class_name;
  const auto asked = name.empty() ? own : name;
  const auto found = find_name(squeezed(asked));
  if (!found && name.empty())
    throw InputError(concat("scheduler_config.json: '_class_name' is \"", asked,
                            "\", which is not built in; choose a scheduler (--list_schedulers shows all)"));
  if (!found) throw unknown_sampler(name);

  const auto& info = sampler_info(names_a_class(asked) ? by_options(found->kind, folder) : found->kind);
  const auto wanted = find_schedule(schedule);
  if (wanted && found->schedule && *wanted != *found->schedule)
    throw UsageError(concat("scheduler \"", name, "\" names the schedule ",
                            schedule_info(*found->schedule).name, ", but schedule is ",
                            schedule_info(*wanted).name, "; give one of them"));
  const auto said = wanted ? wanted : found->schedule;
  const auto chosen = said ? *said : unsaid_schedule(info, name, folder);
  check_schedule(info, chosen);
  return {info.kind, chosen};
}

ScheduleKind resolved_schedule(const SamplerChoice& choice) {
  return choice.schedule == ScheduleKind::kAutomatic ? sampler_info(choice.kind).automatic : choice.schedule;
}

std::string sampler_name(const SamplerChoice& choice) { return sampler_info(choice.kind).name; }

std::string schedule_type(const SamplerChoice& choice) {
  const bool unsaid_uniform =
      choice.schedule == ScheduleKind::kAutomatic && resolved_schedule(choice) == ScheduleKind::kUniform;
  return schedule_info(unsaid_uniform ? ScheduleKind::kAutomatic : resolved_schedule(choice)).label;
}

}  // namespace big
