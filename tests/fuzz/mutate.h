#pragma once

#include <functional>
#include <string>
#include <vector>

#include "big/core/json.h"
#include "random.h"

namespace big::fuzz {

/// Makes a new input out of seeds (at least one). Each of these knows one kind of file: what it changes lies
/// where such a file's meaning is, and checksums and lengths around it are mostly made right again, so that
/// the reader goes past its first check.
using Mutate = std::function<std::string(const std::vector<std::string>& seeds, Random& random)>;

/// Bits, bytes, numbers of 1 to 8 bytes in both orders, cut, spliced, repeated.
std::string mutate_bytes(const std::vector<std::string>& seeds, Random& random);
/// Values, keys and nesting of a JSON document.
std::string mutate_json(const std::vector<std::string>& seeds, Random& random);
/// Lines, words and numbers of a text.
std::string mutate_lines(const std::vector<std::string>& seeds, Random& random);
/// The JSON header, its length, and the data of a safetensors file.
std::string mutate_safetensors(const std::vector<std::string>& seeds, Random& random);
/// Chunks of a PNG, within compressed pixels too.
std::string mutate_png(const std::vector<std::string>& seeds, Random& random);
/// Chunks of a RIFF file (WebP).
std::string mutate_riff(const std::vector<std::string>& seeds, Random& random);
/// Segments and scans of a JPEG.
std::string mutate_jpeg(const std::vector<std::string>& seeds, Random& random);
/// Fields of a protocol buffer (SentencePiece's models), nested ones too.
std::string mutate_protobuf(const std::vector<std::string>& seeds, Random& random);

/// Opcodes of a pickle and their arguments.
std::string mutate_pickle(const std::vector<std::string>& seeds, Random& random);
/// Files and directory of a zip archive as torch.save writes it, and its pickle.
std::string mutate_checkpoint(const std::vector<std::string>& seeds, Random& random);

/// One small change in place; `others` gives what is spliced in.
void change_bytes(std::string& bytes, const std::vector<std::string>& others, Random& random);
/// One change somewhere in a document; `donors` gives foreign values.
void change_json(Json& document, const std::vector<Json>& donors, Random& random);
/// The document as text, in which now and then stands what no document holds (NaN, 1e999, 2^70, a key twice,
/// nesting without end).
std::string hostile_dump(const Json& document, Random& random);
/// A number at which code breaks: powers of two and their neighbours.
uint64_t hostile_number(Random& random);

}  // namespace big::fuzz
