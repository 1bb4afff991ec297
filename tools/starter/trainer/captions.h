#pragma once

#include <torch/types.h>

#include <filesystem>
#include <random>
#include <string>
#include <vector>

namespace big {

/// The starter's training pictures as latents, and what each of them shows: written by
/// tools/starter/prepare.py.
struct CaptionedLatents {
  torch::Tensor latents;                                     ///< [N,C,h,w] fp16, scaled
  std::vector<int64_t> concept_of, style_of, background_of;  ///< [N], places in the lists below
  std::vector<std::string> concepts, classes;                ///< name and class of each concept
  std::vector<std::string> styles, backgrounds;
  std::vector<double> cumulative;  ///< [N] how often each row is drawn, summed up: the last is 1
};

CaptionedLatents read_captioned_latents(const std::filesystem::path& file);

/// The rows of one batch, spread evenly over the weights.
std::vector<int64_t> draw_rows(const CaptionedLatents& data, int64_t count, std::mt19937_64& random);

/// One of the ways to name a picture: "a {concept | class | concept, class}[, {style} style][, on a
/// {background} background]"; one in ten is empty, for classifier-free guidance.
std::string caption(const CaptionedLatents& data, int64_t row, std::mt19937_64& random);

/// The same for a subject that nobody has taught: "a sks cat, on a blue background".
std::string caption_with_word(const CaptionedLatents& data, int64_t row, const std::string& word);

}  // namespace big
