#include <gtest/gtest.h>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/diffusion/samplers.h"

namespace big {
namespace {

using enum SamplerKind;
using enum ScheduleKind;

NoiseScheduleConfig folder_of(const std::string& class_name) {
  NoiseScheduleConfig config;
  config.class_name = class_name;
  return config;
}

NoiseScheduleConfig karras_folder(const std::string& class_name) {
  auto config = folder_of(class_name);
  config.use_karras_sigmas = true;
  return config;
}

SamplerChoice choose(const std::string& name,
                     const NoiseScheduleConfig& folder = folder_of("DDIMScheduler"),
                     const std::string& schedule = "") {
  return choose_sampler(name, schedule, folder);
}

std::string refusal(const std::string& name, const std::string& schedule = "") {
  try {
    choose(name, folder_of("DDIMScheduler"), schedule);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(SamplerNames, EveryNameOfTheCatalogIsKnownInAnyCase) {
  for (const auto& info : sampler_catalog()) {
    EXPECT_EQ(choose(info.name).kind, info.kind) << info.name;
    auto underscored = ascii_lower(info.name);
    std::replace(underscored.begin(), underscored.end(), ' ', '_');
    EXPECT_EQ(choose(underscored).kind, info.kind) << underscored;
    for (const auto& alias : info.aliases) EXPECT_EQ(choose(alias).kind, info.kind) << alias;
  }
}

TEST(SamplerNames, ClassesOfDiffusersAreKnown) {
  EXPECT_EQ(choose("DDIMScheduler").kind, kDdim);
  EXPECT_EQ(choose("PNDMScheduler").kind, kPlms);
  EXPECT_EQ(choose("eulerancestraldiscretescheduler").kind, kEulerAncestral);
  EXPECT_EQ(choose("KDPM2AncestralDiscreteScheduler").kind, kDpm2Ancestral);
  EXPECT_EQ(choose("DPMSolverSDEScheduler").kind, kDpmSolverPlusPlusSde);
  EXPECT_EQ(choose("DPMSolverMultistepScheduler").kind, kDpmSolverPlusPlus2M);
}

TEST(SamplerNames, OptionsOfAFolderTellSamplersOfOneClassApart) {
  auto folder = folder_of("DPMSolverMultistepScheduler");
  folder.algorithm_type = "sde-dpmsolver++";
  EXPECT_EQ(choose("", folder).kind, kDpmSolverPlusPlus2MSde);
  EXPECT_EQ(choose("DPMSolverMultistepScheduler", folder).kind, kDpmSolverPlusPlus2MSde);
  EXPECT_EQ(choose("DPM++ 2M", folder).kind, kDpmSolverPlusPlus2M) << "a person's own word";
  folder.solver_type = "heun";
  EXPECT_EQ(choose("", folder).kind, kDpmSolverPlusPlus2MSdeHeun);
  folder.solver_order = 3;
  EXPECT_EQ(choose("", folder).kind, kDpmSolverPlusPlus3MSde);
}

TEST(SamplerNames, OldNamesOfOtherProgramsAreKnown) {
  EXPECT_EQ(choose("k_euler_a").kind, kEulerAncestral);
  EXPECT_EQ(choose("k_dpm_2").kind, kDpm2);
  EXPECT_EQ(choose("dpm++2m").kind, kDpmSolverPlusPlus2M);
  EXPECT_EQ(choose("dpm++2s_a").kind, kDpmSolverPlusPlus2SAncestral);
  const auto old = choose("k_dpmpp_2m_ka");
  EXPECT_EQ(old.kind, kDpmSolverPlusPlus2M);
  EXPECT_EQ(old.schedule, kKarras);
}

TEST(SamplerNames, TheEndOfANameSaysTheSchedule) {
  EXPECT_EQ(choose("DPM++ 2M Karras").schedule, kKarras);
  EXPECT_EQ(choose("DPM++ 2M Uniform").schedule, kUniform);
  EXPECT_EQ(choose("DPM++ 2M SGM Uniform").schedule, kSgmUniform);
  EXPECT_EQ(choose("euler_a karras").schedule, kKarras);
  EXPECT_EQ(choose("DPM++ 3M SDE Polyexponential").schedule, kPolyexponential);
}

TEST(SamplerNames, AScheduleCanBeSaidBesideTheName) {
  EXPECT_EQ(choose("Euler", folder_of("x"), "Align Your Steps").schedule, kAlignYourSteps);
  EXPECT_EQ(choose("Euler", folder_of("x"), "sgm_uniform").schedule, kSgmUniform);
  EXPECT_EQ(choose("Euler Karras", folder_of("x"), "karras").schedule, kKarras);
  EXPECT_EQ(choose("Euler", karras_folder("x"), "automatic").schedule, kAutomatic);
  EXPECT_NE(refusal("Euler Karras", "beta").find("names the schedule karras, but schedule is beta"),
            std::string::npos);
  EXPECT_NE(refusal("Euler", "kerras").find("did you mean \"karras\""), std::string::npos);
}

TEST(SamplerNames, SamplersOfWholeTimestepsKnowNoSchedules) {
  for (const auto* name : {"DDIM", "PLMS", "LCM", "TCD"}) {
    EXPECT_NE(refusal(name, "karras").find("keeps to the model's own timesteps"), std::string::npos) << name;
    EXPECT_EQ(refusal(name, "uniform"), "accepted") << name;
    EXPECT_EQ(choose(name, karras_folder("x")).schedule, kAutomatic) << name;
  }
}

TEST(SamplerNames, AutomaticIsTheWebUis) {
  const auto of = [](const char* name) { return resolved_schedule(choose(name)); };
  for (const auto* name : {"DPM++ 2M", "DPM++ SDE", "DPM++ 2S a", "DPM2", "DPM2 a", "Restart"})
    EXPECT_EQ(of(name), kKarras) << name;
  for (const auto* name : {"DPM++ 2M SDE", "DPM++ 2M SDE Heun", "DPM++ 3M SDE"})
    EXPECT_EQ(of(name), kExponential) << name;
  for (const auto* name : {"Euler", "Euler a", "LMS", "Heun", "UniPC", "DDIM"})
    EXPECT_EQ(of(name), kUniform) << name;
}

TEST(SamplerNames, WithoutAScheduleTheFoldersOwnSamplerFollowsTheFolder) {
  EXPECT_EQ(resolved_schedule(choose("DPM++ 2M", folder_of("DPMSolverMultistepScheduler"))), kUniform);
  EXPECT_EQ(resolved_schedule(choose("DPM++ 2M", karras_folder("DPMSolverMultistepScheduler"))), kKarras);
  auto folder = folder_of("EulerDiscreteScheduler");
  folder.use_beta_sigmas = true;
  EXPECT_EQ(resolved_schedule(choose("", folder)), kBeta);
  EXPECT_EQ(resolved_schedule(choose("DPM++ 2M", folder)), kKarras) << "not the folder's own";
}

TEST(SamplerNames, ClassNamesFollowTheFolderAsDiffusersDoes) {
  EXPECT_EQ(resolved_schedule(choose("DPMSolverMultistepScheduler")), kUniform);
  EXPECT_EQ(
      resolved_schedule(choose("DPMSolverMultistepScheduler", karras_folder("UniPCMultistepScheduler"))),
      kKarras);
  EXPECT_EQ(resolved_schedule(choose("EulerDiscreteScheduler", karras_folder("DPMSolverMultistepScheduler"))),
            kKarras);
}

TEST(SamplerNames, NoNameMeansTheFoldersScheduler) {
  EXPECT_EQ(choose("", folder_of("EulerDiscreteScheduler")).kind, kEuler);
  EXPECT_EQ(choose("", folder_of("PNDMScheduler")).kind, kPlms);
  EXPECT_EQ(choose("", folder_of("LCMScheduler")).kind, kLcm);
  EXPECT_EQ(choose("", folder_of("DEISMultistepScheduler")).kind, kDeis);
  EXPECT_EQ(choose("", folder_of("DDPMScheduler")).kind, kDdim);
  EXPECT_THROW(choose("", folder_of("FlowMatchEulerDiscreteScheduler")), InputError);
}

TEST(SamplerNames, AnUnknownNameIsRefusedWithTheNearest) {
  EXPECT_NE(refusal("DPM++ 2M SED").find("did you mean \"DPM++ 2M SDE\""), std::string::npos);
  EXPECT_NE(refusal("DPM++ 2M SED").find("There are DDIM, PLMS, Euler"), std::string::npos);
  EXPECT_THROW(choose("   "), UsageError);
  EXPECT_THROW(choose("Karras"), UsageError);
}

TEST(SamplerNames, PicturesTellTheScheduleAsTheWebUisWriteIt) {
  EXPECT_EQ(schedule_type(choose("Euler")), "Automatic");
  EXPECT_EQ(schedule_type(choose("Euler Uniform")), "Uniform");
  EXPECT_EQ(schedule_type(choose("DPM++ 2M")), "Karras");
  EXPECT_EQ(schedule_type(choose("DPM++ 2M", folder_of("DPMSolverMultistepScheduler"))), "Uniform");
  EXPECT_EQ(schedule_type(choose("Euler", folder_of("x"), "sgm_uniform")), "SGM Uniform");
}

TEST(SamplerNames, WrittenNamesAreReadBack) {
  for (const auto& info : sampler_catalog()) {
    for (const auto& schedule : schedule_catalog()) {
      if (info.levels == LevelRules::kTimesteps && schedule.kind > kUniform) continue;
      const SamplerChoice choice{info.kind, schedule.kind};
      const auto read = choose(sampler_name(choice), karras_folder("x"), schedule_type(choice));
      EXPECT_EQ(read.kind, info.kind);
      EXPECT_EQ(resolved_schedule(read), resolved_schedule(choice)) << info.name << " " << schedule.name;
    }
  }
}

}  // namespace
}  // namespace big
