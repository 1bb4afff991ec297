#include "big/weights/stored_tensor.h"

#include <torch/types.h>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

constexpr int64_t kThirds = 3;

[[noreturn]] void refuse(const StoredTensor& stored, const char* expected) {
  throw InputError(concat(stored.file->path().string(), ": '", stored.name, "' is ",
                          c10::IntArrayRef(stored.entry().shape), ", expected ", expected));
}

int64_t third_of(TensorForm form) {
  return static_cast<int64_t>(form) - static_cast<int64_t>(TensorForm::kQuery);
}

}  // namespace

std::vector<int64_t> StoredTensor::shape() const {
  std::vector<int64_t> shape = entry().shape;
  switch (form) {
    case TensorForm::kSame:
      break;
    case TensorForm::kTransposed:
      if (shape.size() != 2) refuse(*this, "a matrix");
      std::swap(shape[0], shape[1]);
      break;
    case TensorForm::kQuery:
    case TensorForm::kKey:
    case TensorForm::kValue:
      if (shape.empty() || shape[0] % kThirds != 0) refuse(*this, "three equal blocks of rows");
      shape[0] /= kThirds;
      break;
    case TensorForm::kConvolution1x1:
      while (shape.size() > 2 && shape.back() == 1) shape.pop_back();
      break;
  }
  return shape;
}

torch::Tensor StoredTensor::tensor() const {
  const auto stored = file->tensor(name);
  const auto wanted = shape();
  switch (form) {
    case TensorForm::kSame:
      return stored;
    case TensorForm::kTransposed:
      return stored.t().contiguous();  // small, and products with it round as with the folder's
    case TensorForm::kQuery:
    case TensorForm::kKey:
    case TensorForm::kValue:
      return stored.narrow(0, third_of(form) * wanted[0], wanted[0]);
    case TensorForm::kConvolution1x1:
      return stored.view(wanted);
  }
  throw std::logic_error("a form without a tensor");
}

StoredTensors stored_tensors(const TensorFile& file) {
  StoredTensors tensors;
  for (const auto& [name, entry] : file.entries()) tensors.emplace(name, StoredTensor{&file, name});
  return tensors;
}

}  // namespace big
