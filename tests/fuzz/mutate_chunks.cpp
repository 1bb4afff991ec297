// Pictures are chains of chunks; each kind of chain writes the length, and some a checksum, beside the data.
#include <zlib.h>

#include <algorithm>

#include "mutate.h"

namespace big::fuzz {
namespace {

constexpr size_t kMostChunksChanges = 3;
constexpr size_t kMostChunksRepeats = 60;
/// Compressed pixels are opened only while they are small.
constexpr size_t kMostPixelBytes = 1 << 16;

struct Chunk {
  std::string kind;
  std::string data;
};
using Chunks = std::vector<Chunk>;

std::string number_bytes(uint64_t value, size_t width, bool big_endian) {
  std::string bytes(width, '\0');
  for (size_t i = 0; i < width; ++i) {
    bytes[big_endian ? width - 1 - i : i] = static_cast<char>(value >> (8 * i));
  }
  return bytes;
}

uint64_t number_at(const std::string& bytes, size_t at, size_t width, bool big_endian) {
  uint64_t value = 0;
  for (size_t i = 0; i < width && at + i < bytes.size(); ++i) {
    const uint64_t byte = static_cast<uint8_t>(bytes[at + i]);
    value |= byte << (8 * (big_endian ? width - 1 - i : i));
  }
  return value;
}

/// Now and then a length that is not the data's.
uint64_t length_of(const std::string& data, Random& random) {
  return random.one_in(60) ? hostile_number(random) : data.size();
}

std::vector<std::string> data_of(const Chunks& chunks) {
  std::vector<std::string> all;
  for (const Chunk& chunk : chunks) all.push_back(chunk.data);
  return all;
}

void change_chunks(Chunks& chunks, const Chunks& donors, Random& random) {
  if (chunks.empty()) return;
  const size_t at = random.below(chunks.size());
  const auto here = chunks.begin() + static_cast<std::ptrdiff_t>(at);
  switch (random.below(10)) {
    case 0:
      chunks.erase(here);
      return;
    case 1:
      chunks.insert(here, random.one_in(8) ? random.below(kMostChunksRepeats) : 1, Chunk(chunks[at]));
      return;
    case 2:
      std::swap(chunks[at], random.pick(chunks));
      return;
    case 3:
      if (!donors.empty()) chunks.insert(here, random.pick(donors));
      return;
    case 4:
      change_bytes(chunks[at].kind, {}, random);
      return;
    default:
      change_bytes(chunks[at].data, data_of(donors), random);
  }
}

/// Splits seeds, changes chunks and puts them together again.
std::string mutate_chain(const std::vector<std::string>& seeds,
                         Random& random,
                         Chunks (*split)(const std::string&),
                         std::string (*join)(const Chunks&, Random&)) {
  if (random.one_in(6)) return mutate_bytes(seeds, random);
  Chunks chunks = split(random.pick(seeds));
  const Chunks donors = split(random.pick(seeds));
  for (size_t changes = 1 + random.below(kMostChunksChanges); changes > 0; --changes) {
    change_chunks(chunks, donors, random);
  }
  std::string bytes = join(chunks, random);
  if (random.one_in(12)) bytes.resize(random.below(bytes.size()));
  return bytes;
}

// PNG: length, kind, data, CRC-32 of kind and data.

const std::string kPngSignature = "\x89PNG\r\n\x1A\n";

Chunks split_png(const std::string& file) {
  Chunks chunks;
  for (size_t at = kPngSignature.size(); at + 12 <= file.size();) {
    const size_t length = std::min<size_t>(number_at(file, at, 4, true), file.size() - at - 12);
    chunks.push_back({file.substr(at + 4, 4), file.substr(at + 8, length)});
    at += 12 + length;
  }
  return chunks;
}

std::string inflated(const std::string& data) {
  std::string out(kMostPixelBytes, '\0');
  uLongf size = out.size();
  const auto* in = reinterpret_cast<const Bytef*>(data.data());
  if (uncompress(reinterpret_cast<Bytef*>(out.data()), &size, in, data.size()) != Z_OK) return "";
  out.resize(size);
  return out;
}

std::string deflated(const std::string& data) {
  uLongf size = compressBound(data.size());
  std::string out(size, '\0');
  compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(data.data()),
           data.size());
  out.resize(size);
  return out;
}

std::string join_png(const Chunks& chunks, Random& random) {
  std::string file = kPngSignature;
  for (Chunk chunk : chunks) {
    // A change in compressed pixels only breaks their checksum; one beneath it reaches the filters.
    std::string pixels = chunk.kind == "IDAT" && random.one_in(4) ? inflated(chunk.data) : "";
    if (!pixels.empty()) {
      change_bytes(pixels, {}, random);
      chunk.data = deflated(pixels);
    }
    const std::string body = chunk.kind + chunk.data;
    uint64_t sum = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    if (random.one_in(60)) sum ^= 1;
    file += number_bytes(length_of(chunk.data, random), 4, true) + body + number_bytes(sum, 4, true);
  }
  return file;
}

// RIFF: kind, length, data, a zero where the length is odd.

Chunks split_riff(const std::string& file) {
  Chunks chunks;
  for (size_t at = 12; at + 8 <= file.size();) {
    const size_t length = std::min<size_t>(number_at(file, at + 4, 4, false), file.size() - at - 8);
    chunks.push_back({file.substr(at, 4), file.substr(at + 8, length)});
    at += 8 + length + length % 2;
  }
  return chunks;
}

std::string join_riff(const Chunks& chunks, Random& random) {
  std::string body = "WEBP";
  for (const Chunk& chunk : chunks) {
    body += chunk.kind + number_bytes(length_of(chunk.data, random), 4, false) + chunk.data;
    if (chunk.data.size() % 2 != 0) body += '\0';
  }
  return "RIFF" + number_bytes(length_of(body, random), 4, false) + body;
}

// JPEG: segments FF kind length data; a scan's bits (kind "") run on until a byte FF that no zero follows.

bool has_length(uint8_t kind) { return kind != 0xD8 && kind != 0xD9 && (kind < 0xD0 || kind > 0xD7); }

Chunks split_jpeg(const std::string& file) {
  Chunks chunks;
  for (size_t at = 0; at + 1 < file.size();) {
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(i < file.size() ? file[i] : 0); };
    if (byte(at) != 0xFF || byte(at + 1) == 0) {
      size_t end = at + 1;
      while (end < file.size() && (byte(end) != 0xFF || byte(end + 1) == 0)) ++end;
      chunks.push_back({"", file.substr(at, end - at)});
      at = end;
      continue;
    }
    const uint64_t said = has_length(byte(at + 1)) ? number_at(file, at + 2, 2, true) : 0;
    const size_t head = said >= 2 ? 4 : 2;
    const size_t length =
        said >= 2 ? std::min<size_t>(said - 2, file.size() - std::min(file.size(), at + 4)) : 0;
    chunks.push_back({file.substr(at, 2), file.substr(std::min(file.size(), at + head), length)});
    at += head + length;
  }
  return chunks;
}

std::string join_jpeg(const Chunks& chunks, Random& random) {
  std::string file;
  for (const Chunk& chunk : chunks) {
    file += chunk.kind;
    if (chunk.kind.size() == 2 && has_length(static_cast<uint8_t>(chunk.kind[1]))) {
      file += number_bytes(length_of(chunk.data, random) + 2, 2, true);
    }
    file += chunk.data;
  }
  return file;
}

}  // namespace

std::string mutate_png(const std::vector<std::string>& seeds, Random& random) {
  return mutate_chain(seeds, random, split_png, join_png);
}

std::string mutate_riff(const std::vector<std::string>& seeds, Random& random) {
  return mutate_chain(seeds, random, split_riff, join_riff);
}

std::string mutate_jpeg(const std::vector<std::string>& seeds, Random& random) {
  return mutate_chain(seeds, random, split_jpeg, join_jpeg);
}

}  // namespace big::fuzz
