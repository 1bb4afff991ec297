#include <algorithm>
#include <map>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/diffusion/samplers.h"

namespace big {
namespace {

/// What a name says of the schedule of sigmas: nothing (then the folder or the web UIs' habit decides), or
/// which.
enum class Schedule { kFolder, kAutomatic, kKarras, kUniform };

struct Named {
  SamplerKind kind;
  Schedule schedule;
};

/// Keys as `plain` makes them.
const std::map<std::string, Named>& names() {
  using enum SamplerKind;
  using enum Schedule;
  static const std::map<std::string, Named> kNames = {
      {"ddim", {kDdim, kFolder}},
      {"ddimscheduler", {kDdim, kFolder}},
      {"euler", {kEuler, kFolder}},
      {"k euler", {kEuler, kFolder}},
      {"eulerdiscretescheduler", {kEuler, kFolder}},
      {"euler karras", {kEuler, kKarras}},
      {"euler uniform", {kEuler, kUniform}},
      {"euler a", {kEulerAncestral, kFolder}},
      {"k euler a", {kEulerAncestral, kFolder}},
      {"euler ancestral", {kEulerAncestral, kFolder}},
      {"eulerancestraldiscretescheduler", {kEulerAncestral, kFolder}},
      {"dpm++ 2m", {kDpmSolverPlusPlus2M, kAutomatic}},
      {"dpm++2m", {kDpmSolverPlusPlus2M, kAutomatic}},
      {"k dpmpp 2m", {kDpmSolverPlusPlus2M, kAutomatic}},
      {"dpm++ 2m karras", {kDpmSolverPlusPlus2M, kKarras}},
      {"k dpmpp 2m ka", {kDpmSolverPlusPlus2M, kKarras}},
      {"dpm++ 2m uniform", {kDpmSolverPlusPlus2M, kUniform}},
      {"dpmsolvermultistepscheduler", {kDpmSolverPlusPlus2M, kFolder}},
      {"lcm", {kLcm, kFolder}},
      {"lcmscheduler", {kLcm, kFolder}},
  };
  return kNames;
}

/// Lower case, '_' as a space, no spaces at the ends.
std::string plain(const std::string& name) {
  auto text = ascii_lower(name);
  std::replace(text.begin(), text.end(), '_', ' ');
  text.erase(0, std::min(text.find_first_not_of(' '), text.size()));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

bool wants_karras(const Named& named, const NoiseScheduleConfig& folder) {
  if (named.kind != SamplerKind::kEuler && named.kind != SamplerKind::kDpmSolverPlusPlus2M) return false;
  switch (named.schedule) {
    case Schedule::kKarras:
      return true;
    case Schedule::kUniform:
      return false;
    case Schedule::kAutomatic:
      return folder.class_name == "DPMSolverMultistepScheduler" ? folder.use_karras_sigmas : true;
    case Schedule::kFolder:
      break;
  }
  return folder.use_karras_sigmas;
}

UsageError unknown_sampler(const std::string& name) {
  const std::vector<std::string> offered = {"DDIM",     "Euler",           "Euler Karras",     "Euler a",
                                            "DPM++ 2M", "DPM++ 2M Karras", "DPM++ 2M Uniform", "LCM"};
  std::vector<std::string> known;
  for (const auto& entry : names()) known.push_back(entry.first);
  const auto guess = nearest(plain(name), known);
  const auto hint = guess.empty() ? std::string() : concat("did you mean \"", guess, "\"? ");
  return UsageError(concat("scheduler \"", name, "\" is unknown; ", hint, "There are ", join(offered, ", "),
                           ", and diffusers' class names for them"));
}

}  // namespace

SamplerChoice choose_sampler(const std::string& name, const NoiseScheduleConfig& folder) {
  if (name.empty()) {
    const auto own = names().find(ascii_lower(folder.class_name));
    if (own != names().end()) return {own->second.kind, wants_karras(own->second, folder)};
    log_info(
        concat("the model's own scheduler, ", folder.class_name, ", is not built in: drawing with DDIM"));
    return {SamplerKind::kDdim, false};
  }
  const auto found = names().find(plain(name));
  if (found == names().end()) throw unknown_sampler(name);
  return {found->second.kind, wants_karras(found->second, folder)};
}

std::string sampler_name(const SamplerChoice& choice) {
  switch (choice.kind) {
    case SamplerKind::kDdim:
      return "DDIM";
    case SamplerKind::kEuler:
      return "Euler";
    case SamplerKind::kEulerAncestral:
      return "Euler a";
    case SamplerKind::kDpmSolverPlusPlus2M:
      return "DPM++ 2M";
    case SamplerKind::kLcm:
      return "LCM";
  }
  throw std::logic_error("a sampler without a name");
}

std::string schedule_type(const SamplerChoice& choice) {
  if (choice.karras) return "Karras";
  // The web UIs' Automatic means Karras for this one.
  return choice.kind == SamplerKind::kDpmSolverPlusPlus2M ? "Uniform" : "Automatic";
}

}  // namespace big
