#include "big/personalization/picture_record.h"

#include <gtest/gtest.h>

#include <fstream>

#include "big/core/error.h"
#include "big/imaging/picture_file.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

class PictureRecords : public testing::Test {
 protected:
  std::filesystem::path write(const PngText& text, PictureFormat format = PictureFormat::kPng) {
    const auto path = dir_.path() / ("picture" + file_ending(format));
    write_picture(path, Image(48, 32, 90), {format, 95}, text);
    return path;
  }
  PictureRecord read(const std::string& parameters) { return read_picture_record(write({{"parameters", parameters}})); }
  std::string refusal(const PngText& text) {
    const auto path = write(text);
    return error_of<InputError>([&] { read_picture_record(path); });
  }
  /// A setting as JSON text; "missing" where there is none.
  static std::string setting(const PictureRecord& record, const std::string& flag) {
    return record.settings.contains(flag) ? record.settings[flag].dump() : "missing";
  }

  TempDir dir_;
};

TEST_F(PictureRecords, Automatic1111OfToday) {
  const auto record = read(
      "a cozy cabin, <lora:ink:0.8>\nNegative prompt: (worst quality:1.4), cartoon\n"
      "Steps: 25, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 777, Size: 512x768, Model hash: "
      "6ce0161689, Model: v1-5-pruned-emaonly, Clip skip: 2, Lora hashes: \"ink: 7437f7a09915\", RNG: CPU, Version: "
      "v1.10.1");
  EXPECT_EQ(record.writer, "Automatic1111 v1.10.1");
  EXPECT_EQ(record.model, "v1-5-pruned-emaonly");
  EXPECT_TRUE(record.unfollowed.empty()) << record.unfollowed.front();
  EXPECT_EQ(setting(record, "prompt"), "\"a cozy cabin, <lora:ink:0.8>\"");
  EXPECT_EQ(setting(record, "negative_prompt"), "\"(worst quality:1.4), cartoon\"");
  EXPECT_EQ(setting(record, "num_inference_steps"), "25");
  EXPECT_EQ(setting(record, "scheduler"), "\"DPM++ 2M\"");
  EXPECT_EQ(setting(record, "schedule"), "\"Karras\"");
  EXPECT_EQ(setting(record, "guidance_scale"), "6.5");
  EXPECT_EQ(setting(record, "seed"), "777");
  EXPECT_EQ(setting(record, "width"), "512");
  EXPECT_EQ(setting(record, "height"), "768");
  EXPECT_EQ(setting(record, "clip_skip"), "2");
  EXPECT_EQ(setting(record, "rng"), "\"cpu\"");
  EXPECT_EQ(setting(record, "target_model"), "\"pretrained\"");
  EXPECT_EQ(setting(record, "eta"), "null");
}

TEST_F(PictureRecords, OldTextsHaveUniformLevelsUnlessTheSamplersNameSaysOtherwise) {
  const auto schedule = [&](const std::string& rest) { return setting(read("x\nSteps: 20, " + rest), "schedule"); };
  EXPECT_EQ(schedule("Sampler: DPM++ 2M, CFG scale: 7, Seed: 1, Size: 512x512, Version: v1.3.2"), "\"uniform\"");
  EXPECT_EQ(schedule("Sampler: DPM++ SDE Karras, CFG scale: 7, Seed: 1, Size: 512x512"), "null");
  EXPECT_EQ(schedule("Sampler: DPM fast, CFG scale: 7, Seed: 1"), "null");
  EXPECT_EQ(schedule("Sampler: DPM++ 2M, Schedule type: Automatic, Seed: 1"), "\"Automatic\"");
}

TEST_F(PictureRecords, NumbersAreAGpusUnlessTheTextSaysOtherwise) {
  const auto rng = [&](const std::string& rest) {
    return setting(read("x\nSteps: 20, Sampler: Euler, Seed: 1" + rest), "rng");
  };
  EXPECT_EQ(rng(""), "\"philox\"");
  EXPECT_EQ(rng(", RNG: NV"), "\"philox\"");
  EXPECT_EQ(rng(", RNG: cuda, Version: stable-diffusion.cpp"), "\"philox\"");
  EXPECT_EQ(rng(", RNG: CPU"), "\"cpu\"");
}

TEST_F(PictureRecords, ForgesAndWhatExtensionsAdd) {
  const auto record = read(
      "portrait\nSteps: 17, Sampler: Euler a, Schedule type: Karras, CFG scale: 4, Seed: 5, Size: 776x872, Model: "
      "scgsty-base, Denoising strength: 0.41, Hires Module 1: Use same choices, Hires upscale: 1.5, Hires steps: 7, "
      "Hires upscaler: Latent, ADetailer model: face_yolov8n.pt, ENSD: 31337, Eta DDIM: 0.3, Eta: 0.6, Civitai "
      "resources: x, Version: f2.0.1v1.10.1-previous-635-gf5330788, Module 1: sdxl_vae");
  EXPECT_EQ(record.writer, "Forge f2.0.1v1.10.1-previous-635-gf5330788");
  EXPECT_EQ(setting(record, "hires_scale"), "1.5");
  EXPECT_EQ(setting(record, "hires_strength"), "0.41");
  EXPECT_EQ(setting(record, "hires_steps"), "7");
  EXPECT_EQ(setting(record, "hires_upscaler"), "\"latent\"");
  EXPECT_EQ(setting(record, "eta"), "0.6");
  EXPECT_EQ(record.unfollowed,
            (std::vector<std::string>{"Hires Module 1: Use same choices", "ADetailer model: face_yolov8n.pt",
                                      "ENSD: 31337", "Module 1: sdxl_vae"}));
}

TEST_F(PictureRecords, OneStrengthAloneIsOfAPictureThatWasBegunFrom) {
  const auto record = read("x\nSteps: 20, Sampler: DDIM, Seed: 1, Eta DDIM: 0.3, Denoising strength: 0.75");
  EXPECT_EQ(record.unfollowed, std::vector<std::string>{"Denoising strength: 0.75"});
  EXPECT_EQ(setting(record, "eta"), "0.3");
}

TEST_F(PictureRecords, KohyasScriptsWriteAChunkForEachSetting) {
  const auto record = read_picture_record(write({{"prompt", "a sks dog"},
                                                 {"negative-prompt", "blurry"},
                                                 {"seed", "7"},
                                                 {"sampler", "k_euler_a"},
                                                 {"steps", "30"},
                                                 {"scale", "7.5"},
                                                 {"original-height", "1024"},
                                                 {"original-width", "None"},
                                                 {"crop-top", "0"},
                                                 {"negative-scale", "3.0"}}));
  EXPECT_EQ(record.writer, "kohya's scripts");
  EXPECT_EQ(setting(record, "prompt"), "\"a sks dog\"");
  EXPECT_EQ(setting(record, "negative_prompt"), "\"blurry\"");
  EXPECT_EQ(setting(record, "scheduler"), "\"k_euler_a\"");
  EXPECT_EQ(setting(record, "guidance_scale"), "7.5");
  EXPECT_EQ(setting(record, "width"), "48");
  EXPECT_EQ(setting(record, "height"), "32");
  EXPECT_EQ(setting(record, "original_height"), "1024");
  EXPECT_EQ(setting(record, "original_width"), "missing");
  EXPECT_EQ(setting(record, "crop_top"), "0");
  EXPECT_EQ(setting(record, "rng"), "\"philox\"");
  EXPECT_EQ(record.model, "");
  EXPECT_EQ(record.unfollowed, std::vector<std::string>{"negative-scale: 3.0"});
}

TEST_F(PictureRecords, OursAreReadAsTheyStandFromAnyFormat) {
  const std::string own =
      R"({"model_hash":"ab","settings":{"prompt":"a 小狗","seed":18446744073709551615,"eta":null},"version":"0.1.0"})";
  for (const auto format : {PictureFormat::kPng, PictureFormat::kJpeg, PictureFormat::kWebp}) {
    const auto record = read_picture_record(write({{"big", own}, {"parameters", "x"}}, format));
    EXPECT_EQ(record.writer, "BIG 0.1.0");
    EXPECT_EQ(record.settings, OrderedJson::parse(own)["settings"]);
    EXPECT_EQ(record.model, "");
  }
}

TEST_F(PictureRecords, StylesAreReadAsTheyWereThen) {
  const auto said = [&](const std::string& styles) {
    return PngText{{"big", R"({"settings":{"style":["ink"]},"styles":)" + styles + R"(,"version":"0.1.0"})"}};
  };
  const auto record = read_picture_record(
      write(said(R"([{"name":"ink","prompt":"{prompt}, ink","negative_prompt":"blurry"}])")));
  ASSERT_EQ(record.styles.size(), 1u);
  EXPECT_EQ(record.styles[0].name, "ink");
  EXPECT_EQ(record.styles[0].prompt, "{prompt}, ink");
  EXPECT_EQ(record.styles[0].negative_prompt, "blurry");
  EXPECT_NE(refusal(said("3")).find("'styles' is 3, expected a list"), std::string::npos);
  EXPECT_NE(refusal(said(R"([{"name":"ink"}])")).find("'prompt' is missing"), std::string::npos);
}

TEST_F(PictureRecords, OursOfEarlierBuildsAreReadFromBothTexts) {
  const auto record = read_picture_record(write(
      {{"big", R"({"identifier":"sks","target_model":"private","prompt":"a sks","version":"0.1.0"})"},
       {"parameters",
        "a sks dog\nSteps: 2, Sampler: DDIM, Schedule type: Automatic, CFG scale: 3, Seed: 5, Size: 64x64, Model "
        "hash: 0123456789, Model: sks, RNG: CPU, Version: BIG 0.1.0"}}));
  EXPECT_EQ(setting(record, "prompt"), "\"a sks\"");
  EXPECT_EQ(setting(record, "identifier"), "\"sks\"");
  EXPECT_EQ(setting(record, "target_model"), "\"private\"");
  EXPECT_EQ(setting(record, "seed"), "5");
  EXPECT_EQ(record.model, "");
}

TEST_F(PictureRecords, PicturesThatDoNotSayItAreRefusedInWords) {
  EXPECT_NE(refusal({}).find("holds no text that says how it was made"), std::string::npos);
  EXPECT_NE(refusal({{"prompt", "{\"3\":{}}"}, {"workflow", "{}"}}).find("ComfyUI"), std::string::npos);
  EXPECT_NE(refusal({{"Comment", "x"}, {"Title", "y"}}).find("but: Comment, Title"), std::string::npos);
  EXPECT_NE(refusal({{"parameters", "{\"prompt\": 1}"}}).find("no line of settings"), std::string::npos);
  EXPECT_NE(refusal({{"parameters", "x\nSteps: many, Sampler: Euler, Seed: 1"}})
                .find("'Steps' is 'many', expected a whole number"),
            std::string::npos);
  EXPECT_NE(refusal({{"parameters", "x\nSteps: 2, Size: large, Seed: 1"}}).find("expected a size such as 512x512"),
            std::string::npos);
  EXPECT_NE(refusal({{"parameters", "x\nSteps: 2, CFG scale: nan, Seed: 1"}}).find("expected a number"),
            std::string::npos);
  EXPECT_NE(refusal({{"big", "[1]"}}).find("expected"), std::string::npos);
  EXPECT_NE(refusal({{"big", "{\"settings\":{}}"}}).find("says nothing of its settings"), std::string::npos);
}

TEST_F(PictureRecords, PicturesAreComparedByPixelsAndByWhatTheySay) {
  const auto file = [&](const std::string& name, const Image& image, const PngText& text) {
    write_png(dir_.path() / name, image, text);
    return dir_.path() / name;
  };
  Image changed(48, 32, 90);
  changed.at(5, 5)[1] = 100;
  changed.at(6, 5)[2] = 60;
  const auto a = file("a.png", Image(48, 32, 90), {{"big", R"({"model_hash":"a","settings":{"seed":1,"eta":null}})"}});
  const auto b = file("b.png", changed, {{"big", R"({"model_hash":"b","settings":{"seed":1,"eta":0.5}})"}});
  EXPECT_TRUE(compare_pictures(a, a).equal());
  EXPECT_TRUE(compare_pictures(a, a).settings.empty());
  const auto difference = compare_pictures(a, b);
  EXPECT_FALSE(difference.equal());
  EXPECT_EQ(difference.largest, 30);
  EXPECT_DOUBLE_EQ(difference.mean, 40.0 / (48 * 32 * 3));
  EXPECT_EQ(difference.settings,
            (std::vector<std::string>{"eta: null, now 0.5", "model_hash: \"a\", now \"b\""}));
  const auto small = file("c.png", Image(8, 8, 90), {{"parameters", "y\nSteps: 2, Seed: 1, Size: 8x8"}});
  const auto larger = file("d.png", Image(9, 8, 90), {{"parameters", "y\nSteps: 3, Seed: 1, Size: 9x8"}});
  EXPECT_FALSE(compare_pictures(small, larger).equal());
  EXPECT_EQ(compare_pictures(small, larger).settings,
            (std::vector<std::string>{"Size: 8x8, now 9x8", "Steps: 2, now 3"}));
}

}  // namespace
}  // namespace big
