#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace big {

/// CRC-32C (Castagnoli), masked as TFRecord files have it: rotated right by 15 bits plus a constant, so that the sum of
/// a record that holds sums is no special number.
uint32_t masked_crc32c(std::string_view bytes);

/// An event file that TensorBoard reads: TFRecords (length, its sum, the bytes, their sum) of Event messages, the
/// first of which names the format. Written by hand: of TensorFlow's protocol buffers it takes six fields.
class EventFile {
 public:
  /// Begins `path` anew, with its folder. `time`: seconds since 1970. Throws MachineError.
  EventFile(const std::filesystem::path& path, double time);
  /// A point of the curve `tag` ("error/little_noise": before the slash is the group). It is on the disk when this
  /// returns. Throws MachineError.
  void add(const std::string& tag, int64_t step, double value, double time);

 private:
  void write(const std::string& event);

  std::filesystem::path path_;
  std::ofstream file_;
};

}  // namespace big
