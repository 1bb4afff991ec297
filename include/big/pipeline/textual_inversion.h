#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "big/pipeline/stable_diffusion.h"
#include "big/weights/safetensors.h"

namespace big {

/// A textual-inversion file to draw with (arXiv 2208.01618).
struct EmbeddingChoice {
  std::filesystem::path file;
  std::string name;  ///< the word that means it; empty: the file's own token, else the file's name
};

/// What such a file holds: n vectors that stand in a prompt for one word.
struct TextualInversion {
  std::string token;     ///< that the file names ("<cat-toy>"); empty: none
  torch::Tensor first;   ///< [n,D] of the (first) text encoder; undefined: none
  torch::Tensor second;  ///< [n,D2] of SDXL's second text encoder; undefined: none
  int64_t count() const { return (first.defined() ? first : second).size(0); }
};

/// What was done with one file.
struct AppliedEmbedding {
  std::string name;
  std::string hash;  ///< sha256 of the file
  int64_t vectors = 0;
};

/// Finds the vectors among a file's tensors: `emb_params` or `string_to_param.*` (web UIs), `clip_l` and
/// `clip_g` (SDXL), or a single tensor named by its token (diffusers). Throws InputError; `where` names the
/// file.
TextualInversion find_vectors(const NamedTensors& tensors, const std::string& where);

/// Teaches the text encoders these words: rows are added to their token embeddings and the tokenizers
/// replaced by ones that know the words. Equal to diffusers' load_textual_inversion. Throws InputError for a
/// file that cannot be read or holds vectors of another width (found and expected), UsageError for a word
/// given twice.
std::vector<AppliedEmbedding> apply_embeddings(StableDiffusion& model,
                                               const std::vector<EmbeddingChoice>& embeddings);

/// The tokens beside the encoders' tables (ClipTextModel's added_tokens) as a file's content.
TextualInversion attached_word(const StableDiffusion& model, const std::string& token);

/// Writes an embedding in fp32, atomically: one tensor named by its token (diffusers' form, which the web UIs
/// read too), for two encoders `clip_l` and `clip_g`. Reads it back: throws MachineError where that is not
/// what was written, or writing fails.
void write_embedding(const std::filesystem::path& path,
                     const TextualInversion& embedding,
                     const std::map<std::string, std::string>& metadata);

}  // namespace big
