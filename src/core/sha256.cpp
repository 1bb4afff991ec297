#include "big/core/sha256.h"

#include <fcntl.h>
#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include "big/core/error.h"
#include "big/core/interrupt.h"
#include "big/core/text.h"
#include "file_descriptor.h"

namespace big {
namespace {

/// One SHA-256 in the making.
class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    check(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  void add(const void* bytes, size_t size) { check(EVP_DigestUpdate(context_.get(), bytes, size) == 1); }
  std::string hex() {
    std::array<unsigned char, 32> digest{};
    check(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : digest) {
      text += kDigits[byte >> 4];
      text += kDigits[byte & 15];
    }
    return text;
  }

 private:
  static void check(bool worked) {
    if (!worked) throw MachineError("SHA-256: OpenSSL refuses it on this machine; check its configuration");
  }
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

void add_file(Sha256& sum, const std::filesystem::path& path, uint64_t offset = 0) {
  const auto fail = [&](int code) {
    throw InputError(
        concat(printable(path.string()), ": cannot be read: ", std::generic_category().message(code)));
  };
  std::error_code ignored;
  const FileDescriptor file(
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));  // a pipe must not hang us
  if (!file.is_open()) fail(errno);
  if (!std::filesystem::is_regular_file(path, ignored)) {
    throw InputError(printable(path.string()) + ": is no regular file, expected one to hash");
  }
  if (::lseek(file.get(), static_cast<off_t>(offset), SEEK_SET) < 0) fail(errno);
  std::vector<char> buffer(size_t{1} << 20);
  for (;;) {
    throw_if_interrupted();
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(errno);
    if (count == 0) return;
    sum.add(buffer.data(), static_cast<size_t>(count));
  }
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  Sha256 sum;
  sum.add(bytes.data(), bytes.size());
  return sum.hex();
}

std::string sha256_of_file_from(const std::filesystem::path& file, uint64_t offset) {
  Sha256 sum;
  add_file(sum, file, offset);
  return sum.hex();
}

std::string sha256_of_files(const std::vector<std::filesystem::path>& files) {
  Sha256 sum;
  for (const auto& file : files) add_file(sum, file);
  return sum.hex();
}

}  // namespace big
