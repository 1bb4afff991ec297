#include "safetensors_writer.h"

#include <fcntl.h>
#include <torch/types.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "big/core/error.h"
#include "big/core/json.h"
#include "big/core/text.h"
#include "safetensors_dtype.h"

namespace big {
namespace {

/// A file beside `path` that becomes `path` by commit() and vanishes without it. Streams, unlike
/// write_file_atomically, because weights are larger than memory should hold twice.
class StagedFile {
 public:
  explicit StagedFile(const std::filesystem::path& path) : path_(path) {
    static std::atomic<int> counter{0};
    std::error_code ignored;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
    staged_ = path;
    staged_ += concat(".partial-", ::getpid(), "-", counter++);
    fd_ = ::open(staged_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd_ < 0) fail("cannot be created");
  }

  ~StagedFile() {
    if (fd_ >= 0) ::close(fd_);
    if (!committed_) ::unlink(staged_.c_str());
  }
  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;

  void write(const void* data, size_t bytes) {
    const char* at = static_cast<const char*>(data);
    while (bytes > 0) {
      const ssize_t written = ::write(fd_, at, std::min<size_t>(bytes, size_t{1} << 30));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) fail("cannot be written");
      at += written;
      bytes -= static_cast<size_t>(written);
    }
  }

  void commit() {
    if (::fsync(fd_) != 0) fail("cannot be written");
    const int fd = std::exchange(fd_, -1);
    if (::close(fd) != 0) fail("cannot be written");
    if (::rename(staged_.c_str(), path_.c_str()) != 0) fail("cannot be put in place");
    committed_ = true;
    const auto parent = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
    const int folder = ::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
      ::fsync(folder);
      ::close(folder);
    }
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    const int reason = errno;
    throw MachineError(concat(path_.string(), ": ", what, ": ", std::strerror(reason),
                              reason == ENOSPC ? "; free some space and try again" : ""));
  }

  std::filesystem::path path_, staged_;
  int fd_ = -1;
  bool committed_ = false;
};

uint64_t bytes_of(const TensorSource& source) {
  uint64_t bytes = c10::elementSize(source.dtype);
  for (const int64_t side : source.shape) bytes *= static_cast<uint64_t>(side);
  return bytes;
}

/// The order of the Python library's files: larger dtypes first, then by name.
void arrange(std::vector<TensorSource>& sources) {
  for (const auto& source : sources) {
    if (!find_dtype(source.dtype))
      throw std::invalid_argument(concat("safetensors cannot hold ", source.name, " of type ", source.dtype));
  }
  std::sort(sources.begin(), sources.end(), [](const TensorSource& a, const TensorSource& b) {
    return a.dtype != b.dtype ? find_dtype(a.dtype) > find_dtype(b.dtype) : a.name < b.name;
  });
  for (size_t i = 1; i < sources.size(); ++i) {
    if (sources[i].name == sources[i - 1].name)
      throw std::invalid_argument("two tensors named " + sources[i].name);
  }
}

std::string header_text(const std::vector<TensorSource>& sources,
                        const std::map<std::string, std::string>& metadata) {
  OrderedJson header = OrderedJson::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  uint64_t at = 0;
  for (const auto& source : sources) {
    const uint64_t end = at + bytes_of(source);
    header[source.name] = {
        {"dtype", find_dtype(source.dtype)->name}, {"shape", source.shape}, {"data_offsets", {at, end}}};
    at = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

}  // namespace

void write_safetensors_from(const std::filesystem::path& path,
                            std::vector<TensorSource> sources,
                            const std::map<std::string, std::string>& metadata) {
  const torch::NoGradGuard no_grad;
  arrange(sources);
  const std::string header = header_text(sources, metadata);
  const uint64_t header_bytes = header.size();

  StagedFile file(path);
  file.write(&header_bytes, sizeof header_bytes);
  file.write(header.data(), header.size());
  for (const auto& source : sources) {
    const auto stored = source.load().to(torch::kCPU, source.dtype).contiguous();
    if (stored.sizes() != source.shape)
      throw std::logic_error(concat(source.name, " has another shape than was said: ", stored.sizes()));
    file.write(stored.data_ptr(), bytes_of(source));
  }
  file.commit();
}

void write_safetensors_as(const std::filesystem::path& path,
                          const NamedTensors& tensors,
                          std::optional<torch::ScalarType> dtype,
                          const std::map<std::string, std::string>& metadata) {
  std::vector<TensorSource> sources;
  for (const auto& [name, tensor] : tensors) {
    const auto type = dtype && tensor.is_floating_point() ? *dtype : tensor.scalar_type();
    sources.push_back({name, type, tensor.sizes().vec(), [&held = tensor] { return held; }});
  }
  write_safetensors_from(path, std::move(sources), metadata);
}

void write_safetensors(const std::filesystem::path& path,
                       const NamedTensors& tensors,
                       const std::map<std::string, std::string>& metadata) {
  write_safetensors_as(path, tensors, std::nullopt, metadata);
}

}  // namespace big
