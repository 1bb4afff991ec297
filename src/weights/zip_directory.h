#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace big {

/// Where the bytes of one file in a zip lie.
struct ZipEntry {
  uint64_t offset = 0, size = 0;
};

/// The files of a zip archive (also zip64) by name. Takes what torch.save writes: stored, neither compressed
/// nor encrypted, one disk. Every offset is held to `archive`. Memory in proportion to the archive's own
/// directory. Throws InputError; `where` names the file. Format: PKWARE's APPNOTE.TXT 6.3.
std::map<std::string, ZipEntry> read_zip_directory(std::string_view archive, const std::string& where);

}  // namespace big
