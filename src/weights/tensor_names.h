#pragma once

#include <string>
#include <vector>

namespace big {

/// The names under which a file may hold the tensor that a module calls `name`, the usual one first: without
/// `text_model.` (transformers 5), or with the old names of the VAE's attention (diffusers before 0.18).
std::vector<std::string> accepted_names(const std::string& name);

/// The usual name of a tensor that a file of `part` ("vae", "text_encoder", ...) calls `stored`: the inverse
/// of accepted_names.
std::string usual_name(const std::string& stored, const std::string& part);

/// True for what libraries have saved without anybody needing it (`*.position_ids`).
bool is_ignored_name(const std::string& name);

/// True for the attention's projections, which old files hold as 1x1 convolutions [C,C,1,1].
bool is_attention_projection(const std::string& name);

}  // namespace big
