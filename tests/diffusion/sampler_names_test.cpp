#include <gtest/gtest.h>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/diffusion/samplers.h"

namespace big {
namespace {

using enum SamplerKind;

NoiseScheduleConfig folder_of(const std::string& class_name, bool karras = false) {
  NoiseScheduleConfig config;
  config.class_name = class_name;
  config.use_karras_sigmas = karras;
  return config;
}

SamplerChoice choose(const std::string& name,
                     const NoiseScheduleConfig& folder = folder_of("DDIMScheduler")) {
  return choose_sampler(name, folder);
}

TEST(SamplerNames, WebUiNamesAndClassNamesAreKnownInAnyCase) {
  EXPECT_EQ(choose("ddim").kind, kDdim);
  EXPECT_EQ(choose("DDIMScheduler").kind, kDdim);
  EXPECT_EQ(choose("EULER").kind, kEuler);
  EXPECT_EQ(choose("eulerdiscretescheduler").kind, kEuler);
  EXPECT_EQ(choose("Euler a").kind, kEulerAncestral);
  EXPECT_EQ(choose("euler_a").kind, kEulerAncestral);
  EXPECT_EQ(choose("EulerAncestralDiscreteScheduler").kind, kEulerAncestral);
  EXPECT_EQ(choose(" DPM++ 2M ").kind, kDpmSolverPlusPlus2M);
  EXPECT_EQ(choose("DPMSolverMultistepScheduler").kind, kDpmSolverPlusPlus2M);
  EXPECT_EQ(choose("lcm").kind, kLcm);
  EXPECT_EQ(choose("LCMScheduler").kind, kLcm);
}

TEST(SamplerNames, TheEndOfANameSaysTheSchedule) {
  EXPECT_TRUE(choose("DPM++ 2M Karras").karras);
  EXPECT_FALSE(choose("DPM++ 2M Uniform").karras);
  EXPECT_TRUE(choose("Euler Karras").karras);
  EXPECT_FALSE(choose("Euler").karras);
}

TEST(SamplerNames, TheSolverWithoutAScheduleFollowsItsOwnFolderElseTheWebUis) {
  EXPECT_TRUE(choose("DPM++ 2M").karras);
  EXPECT_FALSE(choose("DPM++ 2M", folder_of("DPMSolverMultistepScheduler", false)).karras);
  EXPECT_TRUE(choose("DPM++ 2M", folder_of("DPMSolverMultistepScheduler", true)).karras);
}

TEST(SamplerNames, ClassNamesFollowTheFolderAsDiffusersDoes) {
  EXPECT_FALSE(choose("DPMSolverMultistepScheduler").karras);
  EXPECT_TRUE(choose("DPMSolverMultistepScheduler", folder_of("UniPCMultistepScheduler", true)).karras);
  EXPECT_TRUE(choose("EulerDiscreteScheduler", folder_of("DPMSolverMultistepScheduler", true)).karras);
  EXPECT_FALSE(
      choose("EulerAncestralDiscreteScheduler", folder_of("DPMSolverMultistepScheduler", true)).karras);
}

TEST(SamplerNames, NoNameMeansTheFoldersScheduler) {
  EXPECT_EQ(choose("", folder_of("EulerDiscreteScheduler")).kind, kEuler);
  const auto solver = choose("", folder_of("DPMSolverMultistepScheduler", true));
  EXPECT_EQ(solver.kind, kDpmSolverPlusPlus2M);
  EXPECT_TRUE(solver.karras);
  EXPECT_EQ(choose("", folder_of("PNDMScheduler")).kind, kDdim);
  EXPECT_EQ(choose("", folder_of("LCMScheduler")).kind, kLcm);
}

TEST(SamplerNames, AnUnknownNameIsRefusedWithTheNearest) {
  try {
    choose("DPM++ 2N Karras");
    FAIL() << "accepted";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean \"dpm++ 2m karras\""), std::string::npos)
        << error.what();
  }
  EXPECT_THROW(choose("   "), UsageError);
}

TEST(SamplerNames, WrittenNamesAreReadBack) {
  for (const auto* name :
       {"DDIM", "Euler", "Euler a", "DPM++ 2M Karras", "DPM++ 2M Uniform", "Euler Karras", "LCM"}) {
    const auto choice = choose(name);
    const auto schedule = schedule_type(choice);
    const auto written =
        schedule == "Automatic" ? sampler_name(choice) : concat(sampler_name(choice), " ", schedule);
    EXPECT_EQ(written, name);
  }
}

}  // namespace
}  // namespace big
