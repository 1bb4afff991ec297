#include "big/weights/tensor_file.h"

#include <torch/types.h>

#include <bit>
#include <cstring>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/weights/checkpoint.h"
#include "big/weights/safetensors.h"
#include "mapped_file.h"

namespace big {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the formats' data is little-endian and used in place");

constexpr size_t kMagicBytes = 4;

/// A view of `bytes` as the entry says; its elements begin at an address that their type may have.
torch::Tensor view_of(void* data, const TensorFile::Entry& entry, const std::function<void(void*)>& release) {
  const auto options = torch::TensorOptions().dtype(entry.dtype);
  if (entry.strides.empty()) return torch::from_blob(data, entry.shape, release, options);
  return torch::from_blob(data, entry.shape, entry.strides, release, options);
}

/// A length of eight bytes that the file holds, then a JSON object. Asked first: the length's own bytes may
/// read as the beginning of a zip ("PK", a header of 19280 bytes) or of a pickle (0x80 0x02, one of 640).
bool looks_like_safetensors(std::string_view bytes) {
  uint64_t header = 0;
  if (bytes.size() <= sizeof header || bytes[sizeof header] != '{') return false;
  std::memcpy(&header, bytes.data(), sizeof header);
  return header <= bytes.size() - sizeof header;
}

}  // namespace

TensorFile::TensorFile(const std::filesystem::path& path)
    : path_(path), mapping_(std::make_shared<MappedFile>(path)) {}

torch::Tensor TensorFile::tensor(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) throw InputError(concat(path_.string(), ": has no tensor '", name, "'"));
  const Entry& entry = found->second;
  if (entry.begin == entry.end) return torch::empty(entry.shape, torch::TensorOptions().dtype(entry.dtype));
  char* data = mapping_->data() + data_offset_ + entry.begin;
  if (reinterpret_cast<uintptr_t>(data) % c10::elementSize(entry.dtype) != 0) {
    // Not every writer pads; unaligned numbers must not be read in place.
    auto copy = std::make_shared<std::vector<char>>(data, data + (entry.end - entry.begin));
    return view_of(copy->data(), entry, [copy](void*) {}).clone();
  }
  return view_of(data, entry, [mapping = mapping_](void*) {});
}

std::shared_ptr<const TensorFile> open_tensor_file(const std::filesystem::path& path) {
  const MappedFile file(path);
  if (looks_like_safetensors(file.bytes())) return std::make_shared<SafetensorsFile>(path);
  const std::string_view magic = file.bytes().substr(0, kMagicBytes);
  if (magic.starts_with("PK")) return std::make_shared<CheckpointFile>(path);
  // PROTO and its version: how every pickle since 2004 begins, and so torch.save's files before PyTorch 1.6.
  if (magic.size() > 1 && magic[0] == '\x80' && magic[1] >= 2 && magic[1] <= 5) {
    throw InputError(concat(path.string(),
                            ": is in torch.save's old format (a bare pickle, before PyTorch 1.6), which is "
                            "not read; get the model as .safetensors, or load it with a newer PyTorch on a "
                            "machine that may be lost and save it anew"));
  }
  return std::make_shared<SafetensorsFile>(path);
}

}  // namespace big
