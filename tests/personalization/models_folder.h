#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "big/imaging/png.h"
#include "big/registry/registry.h"

namespace big {

/// The project's models, the real starter among them.
inline std::filesystem::path project_models() {
  return std::filesystem::path(std::getenv("BIG_TEST_SOURCE_DIR")) / "models";
}
inline std::filesystem::path starter() { return project_models() / "starter"; }

inline void write_text(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

/// A folder that looks like a model from afar.
inline void make_model_folder(const std::filesystem::path& folder) {
  write_text(folder / "model_index.json", "{}");
}

/// A picture with content: two colours that change with `variant`.
inline Image drawn_picture(int width, int height, int variant = 0) {
  Image image(width, height, 240);
  for (int y = height / 4; y < 3 * height / 4; ++y) {
    for (int x = width / 4; x < 3 * width / 4; ++x) {
      uint8_t* pixel = image.at(x, y);
      pixel[0] = static_cast<uint8_t>(40 * variant + (x > width / 2 ? 90 : 0));
      pixel[1] = 60;
      pixel[2] = static_cast<uint8_t>(200 - 30 * variant);
    }
  }
  return image;
}

/// `count` photos of 64 pixels, photo-0.png ...
inline std::filesystem::path make_photos(const std::filesystem::path& folder, int count, int variant = 0) {
  std::filesystem::create_directories(folder);
  for (int i = 0; i < count; ++i) {
    write_png(folder / ("photo-" + std::to_string(i) + ".png"), drawn_picture(64 + i, 64, variant + i % 2));
  }
  return folder;
}

inline Subject make_subject(TargetModel target,
                            const std::string& identifier,
                            const std::string& model_path) {
  Subject subject;
  subject.identifier = identifier;
  subject.category = "cat";
  subject.user = "anna";
  subject.target = target;
  subject.base_name = "starter";
  subject.base_hash = "abc";
  subject.model_path = model_path;
  subject.date = "2026-11-25T10:00:00Z";
  return subject;
}

}  // namespace big
