// Entry points of the readers that need no libtorch.
#include <sys/stat.h>

#include <algorithm>

#include "big/core/error.h"
#include "big/core/read_file.h"
#include "big/core/text.h"
#include "big/imaging/png.h"
#include "big/imaging/read_image.h"
#include "big/registry/names.h"
#include "big/registry/prompt_template.h"
#include "big/tokenizers/tokenizer.h"
#include "cli/option_table.h"
#include "decode.h"
#include "exif_text.h"
#include "orientation.h"
#include "pickle.h"
#include "reader.h"
#include "registry_json.h"
#include "scratch_folder.h"
#include "zip_directory.h"

namespace big::fuzz {
namespace {

/// The first letter says what stands in the file's place, the rest what is in it.
void read_whole_file(const std::string& bytes) {
  namespace fs = std::filesystem;
  constexpr uint64_t kMost = 4096;
  static const ScratchFolder folder;
  const std::string content = bytes.substr(std::min<size_t>(1, bytes.size()));
  fs::path path = folder.write("a.bin", content);
  const char kind = bytes.empty() ? '-' : bytes[0];
  if (std::string("0dlps").find(kind) != std::string::npos) fs::remove(path);
  if (kind == 'd') fs::create_directory(path);
  if (kind == 'l') fs::create_symlink(path.filename(), path);  // to itself
  if (kind == 'p') ::mkfifo(path.c_str(), 0600);
  // The kernel's own files are shorter than they say.
  if (kind == 's') fs::create_symlink("/sys/kernel/mm/transparent_hugepage/enabled", path);
  if (kind == 'b') path /= "below";
  require(read_file(path, kMost) == content, "a file is read whole");
}

void check_picture(const Image& image) {
  require(image.width > 0 && image.height > 0, "a picture has pixels");
  require(image.pixels.size() == static_cast<size_t>(image.width) * static_cast<size_t>(image.height) * 3,
          "a picture has three bytes a pixel");
}

void read_picture(const std::string& bytes) {
  const Image picture = decode_picture(bytes), alpha = decode_alpha(bytes);
  check_picture(picture);
  require(alpha.pixels.empty() || (alpha.width == picture.width && alpha.height == picture.height),
          "a picture's alpha has its size");
}

void read_exif(const std::string& bytes) {
  const int orientation = exif_orientation(bytes);
  require(orientation >= 1 && orientation <= 8, "an orientation is 1 to 8");
  check_picture(upright(Image(3, 2, 7), orientation));
  for (const auto& [keyword, text] : read_exif_text(bytes)) require(is_valid_utf8(text), "EXIF text is UTF-8");
}

void read_text_chunks(const std::string& bytes) {
  static const ScratchFolder folder;
  for (const auto& [keyword, text] : read_png_text(folder.write("a.png", bytes))) {
    require(is_valid_utf8(keyword) && is_valid_utf8(text), "PNG text is UTF-8");
  }
}

void read_json_text(const std::string& bytes) {
  const Json json = parse_json(bytes, "a.json");
  require(parse_json(json.dump(), "again") == json, "JSON that was read can be written and read again");
}

/// A table with one option of every type, as a tool's.
class Settings {
 public:
  Settings() {
    table_.add("G", "prompt", "", &prompt_);
    table_.add("G", "base", "", &base_).name_or_path();
    table_.add("G", "target_model", "", &target_).choices({"private", "meta"});
    table_.add("G", "photos", "", &photos_);
    table_.add("G", "steps", "", &steps_).range(1, 1000).alias("num_steps");
    table_.add("G", "rate", "", &rate_).range(0, 1);
    table_.add("G", "seed", "", &seed_).personal();
    table_.add("G", "fast", "", &fast_);
    table_.add("G", "styles", "", &styles_);
    table_.add("G", "wipe", "", &wipe_).flag_only();
  }
  OptionTable& table() { return table_; }
  void check() const {
    require(steps_ >= 1 && steps_ <= 1000 && rate_ >= 0 && rate_ <= 1, "numbers keep to their range");
    require(is_valid_utf8(prompt_) && is_valid_utf8(base_), "texts are UTF-8");
    for (const std::string& style : styles_) require(is_valid_utf8(style), "every text of a list is UTF-8");
    require(!wipe_, "an action is a flag only");
  }

 private:
  std::string prompt_, base_ = "starter";
  TargetModel target_ = TargetModel::kPrivate;
  std::filesystem::path photos_;
  std::vector<std::string> styles_;
  int64_t steps_ = 1;
  uint64_t seed_ = 0;
  double rate_ = 0;
  bool fast_ = false, wipe_ = false;
  OptionTable table_{{"sample", "", "", {}}};
};

void read_toml(const std::string& bytes) {
  static const ScratchFolder folder;
  Settings settings;
  settings.table().read_config(folder.write("sample.toml", bytes));
  settings.check();
}

/// A file of tables, one for each picture.
void read_toml_tables(const std::string& bytes) {
  static const ScratchFolder folder;
  const auto tables = read_config_tables(folder.write("pictures.toml", bytes), "picture");
  require(!tables.empty(), "a file of tables has one");
  for (const ConfigTable& table : tables) {
    Settings settings;
    settings.table().read_table(table);
    settings.check();
  }
}

void read_big_json(const std::string& bytes) {
  static const ScratchFolder folder;
  folder.write("big.json", bytes);
  Settings settings;
  settings.table().overlay_base(folder.path());
  settings.check();
}

void read_registry_text(const std::string& bytes) {
  const Registry registry = registry_from_json(parse_json(bytes, "registry.json"), "registry.json");
  const std::string written = registry_to_json(registry).dump();
  const Registry again = registry_from_json(parse_json(written, "again"), "again");
  require(registry_to_json(again).dump() == written,
          "a registry that was read can be written and read again");
}

bool is_category(const std::string& name) {
  try {
    validate_category(name);
    return true;
  } catch (const UsageError&) {
    return false;
  }
}

/// A prompt behind the categories of two identifiers, a line each.
void read_prompt(const std::string& bytes) {
  const size_t first = std::min(bytes.find('\n'), bytes.size());
  const size_t second = std::min(bytes.find('\n', first + 1), bytes.size());
  const std::map<std::string, std::string> categories = {
      {"sks", bytes.substr(0, first)},
      {"小狗", first < second ? bytes.substr(first + 1, second - first - 1) : ""},
      {"q", "toy"}};
  const std::string prompt = bytes.substr(second);
  const ExpandedPrompt once = expand_identifiers(prompt, categories);
  require(once.text.size() >= prompt.size(), "a prompt only grows");
  require(once.identifiers.size() <= categories.size(), "an identifier is named once");
  for (const auto& [identifier, category] : categories) {
    if (!is_category(category)) throw InputError("is no category");
  }
  require(expand_identifiers(once.text, categories).text == once.text, "a prompt grows once");
}

void use_tokenizer(const Tokenizer& tokenizer) {
  const auto text = tokenizer.encode_padded("a photo of the dog's 2 café <|endoftext|> ﬁ\xff 小狗");
  require(static_cast<int64_t>(text.ids.size()) == tokenizer.max_length(), "ids fill the window");
  for (const int64_t id : text.ids)
    require(id >= 0 && id < tokenizer.vocab_size(), "ids are of the vocabulary");
  require(is_valid_utf8(tokenizer.decode(text.ids)), "decoded text is UTF-8");
  tokenizer.is_one_token("dog");
  const std::vector<std::string> pieces = {"a photo ", "of the dog", "", " \xff 小狗"};
  require(tokenizer.encode_pieces(pieces).size() == pieces.size(), "ids come by piece");
  for (const int64_t id : text.ids) tokenizer.piece(id);
}

/// A tokenizer folder of which one file is foreign. `config`: other files that may be absent are absent.
void read_tokenizer(const std::string& name, const std::string& bytes, const std::filesystem::path& rest) {
  const ScratchFolder folder;
  for (const auto& entry : std::filesystem::directory_iterator(project_root() / rest)) {
    std::filesystem::create_symlink(entry.path(), folder.path() / entry.path().filename());
  }
  folder.write(name, bytes);
  use_tokenizer(*load_tokenizer(folder.path()));
  reserved_identifiers(folder.path());
}

const std::filesystem::path kSeeds = "tests/fuzz/seeds";

/// A configuration of a few bytes may ask for texts of 65,535 ids, and a handful of texts is encoded.
constexpr MemoryBound kTextWindow = {uint64_t{32} << 20, 64};

/// tokenizer_config.json beside a SentencePiece model.
void read_spiece_config(const std::string& bytes) {
  const ScratchFolder folder;
  std::filesystem::create_symlink(project_root() / kSeeds / "spiece/unigram.model", folder.path() / "spiece.model");
  folder.write("tokenizer_config.json", bytes);
  use_tokenizer(*load_tokenizer(folder.path()));
}

std::function<void(const std::string&)> tokenizer_file(const std::string& name, const std::string& kind) {
  return [=](const std::string& bytes) { read_tokenizer(name, bytes, kSeeds / "tokenizer" / kind); };
}

Reader picture(const std::string& name, const std::vector<std::string>& files, Mutate mutate) {
  Reader reader{name, read_picture, std::move(mutate), {}};
  for (const std::string& file : files) reader.seeds.push_back("tests/imaging/data/" + file);
  // A decoder holds the stored pixels, the picture and its turned copy; pixels may be 16 MiB in any file
  // (check_compression), and so many bytes for each of the file.
  reader.memory = {uint64_t{96} << 20, 8192};
  return reader;
}

void read_pickle_bytes(const std::string& bytes) {
  const Pickle pickle = read_pickle(bytes, "data.pkl");
  require(pickle.root < pickle.values.size(), "a pickle's root is one of its values");
}

void read_zip(const std::string& bytes) {
  for (const auto& [name, entry] : read_zip_directory(bytes, "a.ckpt")) {
    require(entry.offset <= bytes.size() && entry.size <= bytes.size() - entry.offset,
            "a zip's files lie within it");
  }
}

std::vector<Reader> pictures() {
  std::vector<Reader> all = {
      picture("jpeg", {"progressive.jpg", "subsampled.jpg", "grey.jpg", "cmyk.jpg", "orientation_6.jpg"},
              mutate_jpeg),
      picture("png",
              {"rgb.png", "grey.png", "one_bit.png", "palette_transparent.png", "alpha.png", "grey_alpha.png",
               "sixteen_bit.png", "interlaced.png", "orientation_6.png", "animated.png"},
              mutate_png),
      picture("webp", {"lossless.webp", "lossy.webp", "alpha.webp", "orientation_8.webp", "animated.webp"},
              mutate_riff),
      picture("bmp", {"rgb.bmp", "palette.bmp", "one_bit.bmp"}, mutate_bytes)};
  Reader any = picture("picture", {"rgb.bmp"}, mutate_bytes);
  any.seeds.push_back(kSeeds / "picture");
  all.push_back(any);
  Reader text = picture("png_text", {}, mutate_png);
  text.read = read_text_chunks;
  text.seeds = {kSeeds / "png_text"};
  all.push_back(text);
  return all;
}

}  // namespace

std::vector<Reader> readers() {
  std::vector<Reader> all = pictures();
  all.push_back({"file", read_whole_file, mutate_bytes, {kSeeds / "file"}});
  all.push_back({"exif", read_exif, mutate_bytes, {kSeeds / "exif"}, Refusal::kNever});
  all.push_back({"json", read_json_text, mutate_json, {kSeeds / "json"}});
  all.push_back({"toml",
                 read_toml,
                 mutate_lines,
                 {kSeeds / "toml"},
                 Refusal::kInputOrUsage,
                 {uint64_t{8} << 20, 2048}});
  all.push_back({"toml_tables",
                 read_toml_tables,
                 mutate_lines,
                 {kSeeds / "toml_tables"},
                 Refusal::kInputOrUsage,
                 {uint64_t{8} << 20, 2048}});
  all.push_back({"big_json", read_big_json, mutate_json, {kSeeds / "big_json"}});
  all.push_back({"pickle", read_pickle_bytes, mutate_pickle, {kSeeds / "pickle"}});
  all.push_back({"zip", read_zip, mutate_checkpoint, {kSeeds / "checkpoint"}});
  all.push_back({"registry", read_registry_text, mutate_json, {kSeeds / "registry"}});
  all.push_back({"prompt", read_prompt, mutate_lines, {kSeeds / "prompt"}});
  all.push_back(
      {"vocab", tokenizer_file("vocab.json", "clip"), mutate_json, {kSeeds / "tokenizer/clip/vocab.json"}});
  all.push_back(
      {"merges", tokenizer_file("merges.txt", "clip"), mutate_lines, {kSeeds / "tokenizer/clip/merges.txt"}});
  all.push_back({"special_tokens",
                 tokenizer_file("special_tokens_map.json", "clip"),
                 mutate_json,
                 {kSeeds / "tokenizer/clip/special_tokens_map.json"}});
  all.push_back({"tokenizer_config",
                 tokenizer_file("tokenizer_config.json", "clip"),
                 mutate_json,
                 {kSeeds / "tokenizer/clip/tokenizer_config.json"},
                 Refusal::kInput,
                 kTextWindow});
  all.push_back({"tokenizer_json",
                 tokenizer_file("tokenizer.json", "fast"),
                 mutate_json,
                 {kSeeds / "tokenizer/fast/tokenizer.json"}});
  all.push_back({"identifiers",
                 tokenizer_file("identifiers.json", "clip"),
                 mutate_json,
                 {kSeeds / "tokenizer/clip/identifiers.json"}});
  all.push_back({"spiece_config",
                 read_spiece_config,
                 mutate_json,
                 {kSeeds / "tokenizer/spiece/tokenizer_config.json"},
                 Refusal::kInput,
                 kTextWindow});
  all.push_back({"spiece", tokenizer_file("spiece.model", "spiece"), mutate_protobuf, {kSeeds / "spiece"}});
  return all;
}

}  // namespace big::fuzz
