// What torch.save writes: a zip archive of stored files, one of which is a pickle.
#include <algorithm>
#include <array>

#include "mutate.h"

namespace big::fuzz {
namespace {

constexpr size_t kMostCheckpointChanges = 3;
constexpr size_t kLongestReplaced = 3;  // of a pickle's bytes: an opcode with a short argument
constexpr size_t kLocalHeader = 30, kCentralHeader = 46;
const std::string kLocalMark("PK\x03\x04", 4), kCentralMark("PK\x01\x02", 4), kEndMark("PK\x05\x06", 4);

struct File {
  std::string name, bytes;
};

uint64_t number_at(const std::string& bytes, size_t at, size_t width) {
  uint64_t value = 0;
  for (size_t i = 0; i < width && at + i < bytes.size(); ++i) {
    value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[at + i])) << (8 * i);
  }
  return value;
}

/// Files by their entries in the central directory, wherever such an entry stands.
std::vector<File> unpacked(const std::string& archive) {
  std::vector<File> files;
  for (size_t at = archive.find(kCentralMark); at != std::string::npos;
       at = archive.find(kCentralMark, at + 1)) {
    const size_t name_size = number_at(archive, at + 28, 2), size = number_at(archive, at + 24, 4);
    const size_t local = number_at(archive, at + 42, 4);
    const size_t data =
        local + kLocalHeader + number_at(archive, local + 26, 2) + number_at(archive, local + 28, 2);
    if (at + kCentralHeader + name_size > archive.size() || data > archive.size()) continue;
    files.push_back({archive.substr(at + kCentralHeader, name_size), archive.substr(data, size)});
  }
  return files;
}

void put(std::string& out, uint64_t value, size_t width) {
  for (size_t i = 0; i < width; ++i, value >>= 8) out += static_cast<char>(value);
}

/// A number of the archive's own; now and then one that is not true.
uint64_t said(uint64_t value, Random& random) { return random.one_in(200) ? hostile_number(random) : value; }

std::string packed(const std::vector<File>& files, Random& random) {
  std::string archive, directory;
  for (const File& file : files) {
    const auto common = [&](std::string& out) {
      put(out, random.one_in(200) ? 8 : 0, 4);  // flags and method: stored
      put(out, 0, 8);
      put(out, said(file.bytes.size(), random), 4);
      put(out, said(file.bytes.size(), random), 4);
      put(out, said(file.name.size(), random), 2);
      put(out, said(0, random), 2);
    };
    directory += kCentralMark;
    put(directory, 0, 4);
    common(directory);
    put(directory, 0, 10);
    put(directory, said(archive.size(), random), 4);
    directory += file.name;
    archive += kLocalMark;
    put(archive, 0, 2);
    common(archive);
    archive += file.name + file.bytes;
  }
  const uint64_t start = archive.size();
  archive += directory + kEndMark;
  put(archive, 0, 4);
  put(archive, said(files.size(), random), 2);
  put(archive, said(files.size(), random), 2);
  put(archive, said(directory.size(), random), 4);
  put(archive, said(start, random), 4);
  put(archive, 0, 2);
  return archive;
}

/// Opcodes and their arguments that stand where they may not, or say what is not so.
std::string pickle_piece(Random& random) {
  using namespace std::string_literals;
  static const std::vector<std::string> kPieces = {
      "(", "t", "R", "b", "e", "u", "s", "a", "]", "}", ")", "N", ".", "Q", "\x81", "\x85", "\x86", "\x87",
      // Numbers where a count, an offset or a storage belongs: small, negative, wide, none of these.
      "K\x05", "M\xff\xff", "J\xff\xff\xff\xff", "\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f",
      "\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "\x8a\x00"s, "G\x7f\xf0\x00\x00\x00\x00\x00\x00"s, "\x88",
      "cos\nsystem\n", "ctorch._utils\n_rebuild_tensor_v2\n", "ctorch._utils\n_rebuild_tensor_v3\n",
      "ctorch._utils\n_rebuild_parameter\n", "ctorch\nfloat32\n", "ccollections\nOrderedDict\n",
      "ccollections\nOrderedDict\n]R", "ccollections\nOrderedDict\n]]a\x85R", "cbuiltins\nset\n]\x85R",
      "X\xff\xff\xff\x7f", "X\x03\x00\x00\x00""abc"s, "U\x02""ab", "\x8b\xff\xff\xff\x7f", "h\x01", "h\xee",
      "q\xfe", "r\xff\xff\xff\xff", "\x80\x04"};
  // Any opcode there is, most of which no checkpoint has.
  if (random.one_in(4)) return std::string(1, static_cast<char>(random.below(256)));
  return random.pick(kPieces);
}

}  // namespace

std::string mutate_pickle(const std::vector<std::string>& seeds, Random& random) {
  std::string bytes = random.pick(seeds);
  for (size_t changes = 1 + random.below(kMostCheckpointChanges); changes > 0; --changes) {
    const size_t at = random.below(bytes.size() + 1);
    if (random.one_in(2)) {
      bytes.insert(at, pickle_piece(random));
    } else if (random.one_in(3)) {
      bytes.replace(at, 1 + random.below(kLongestReplaced), pickle_piece(random));
    } else {
      change_bytes(bytes, seeds, random);
    }
  }
  return bytes;
}

std::string mutate_checkpoint(const std::vector<std::string>& seeds, Random& random) {
  if (random.one_in(6)) return mutate_bytes(seeds, random);
  std::vector<File> files = unpacked(random.pick(seeds));
  const std::vector<File> donors = unpacked(random.pick(seeds));
  if (files.empty() || donors.empty()) return mutate_bytes(seeds, random);
  for (size_t changes = random.below(kMostCheckpointChanges); changes > 0 && !files.empty(); --changes) {
    File& file = random.pick(files);
    const size_t kind = random.below(8);
    if (kind == 0) {
      files.erase(files.begin() + (&file - files.data()));
    } else if (kind == 1) {
      files.push_back(random.pick(donors));
    } else if (kind == 2) {
      change_bytes(file.name, {}, random);
    } else {
      const auto pickle = std::find_if(files.begin(), files.end(),
                                       [](const File& one) { return one.name.ends_with("/data.pkl"); });
      if (pickle == files.end()) continue;
      pickle->bytes = mutate_pickle({pickle->bytes}, random);
    }
  }
  return packed(files, random);
}

}  // namespace big::fuzz
