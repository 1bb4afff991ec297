#include "in_fp32.h"

namespace big {
namespace {

void convert(StableDiffusion& model, torch::ScalarType dtype) {
  if (model.text_encoder) model.text_encoder->to(dtype);
  if (model.text_encoder_2) model.text_encoder_2->to(dtype);
  model.unet->to(dtype);
  model.vae->to(dtype);
  model.dtype = dtype;
}

}  // namespace

InFp32::InFp32(StableDiffusion& model) : model_(model), before_(model.dtype) {
  convert(model, torch::kFloat32);
}

InFp32::~InFp32() { convert(model_, before_); }

}  // namespace big
