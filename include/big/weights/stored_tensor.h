#pragma once

#include <map>
#include <string>
#include <vector>

#include "big/weights/tensor_file.h"

namespace big {

/// How a file's tensor becomes the one that diffusers calls by another name.
enum class TensorForm {
  kSame,
  kTransposed,     ///< OpenCLIP's text_projection [in,out]
  kQuery,          ///< the first third of the rows: OpenCLIP keeps an attention's three projections as one
  kKey,            ///< the second third
  kValue,          ///< the last third
  kConvolution1x1  ///< [C,C,1,1] (or [C,C] already): the VAE's attention
};

/// A tensor of a part of a model, by where it is stored. Nothing is read until tensor().
struct StoredTensor {
  const TensorFile* file = nullptr;
  std::string name;  ///< in the file
  TensorForm form = TensorForm::kSame;

  const TensorFile::Entry& entry() const { return file->entries().at(name); }
  /// The shape that tensor() will have. Throws InputError where the stored one cannot be of this form.
  std::vector<int64_t> shape() const;
  torch::ScalarType dtype() const { return entry().dtype; }
  /// In diffusers' form: a view of the file's memory, but for transposed ones.
  torch::Tensor tensor() const;
};

/// The tensors of one part by diffusers' names. The files must outlive it.
using StoredTensors = std::map<std::string, StoredTensor>;

/// All tensors of a file under their own names.
StoredTensors stored_tensors(const TensorFile& file);

}  // namespace big
