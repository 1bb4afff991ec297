#include "generate_grid.h"

#include <algorithm>
#include <array>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

constexpr size_t kMostAxes = 3;
constexpr size_t kMostCells = 10000;

std::string stripped(const std::string& text) {
  const size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

/// Parts between separators outside of double quotes.
std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == separator && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (quoted) throw UsageError("--grid: a double quote is not closed in " + text);
  return parts;
}

std::string unquoted(const std::string& text) {
  const std::string value = stripped(text);
  return value.size() >= 2 && value.front() == '"' && value.back() == '"' ? value.substr(1, value.size() - 2)
                                                                          : value;
}

GridAxis parse_axis(const std::string& text) {
  const size_t equals = text.find('=');
  GridAxis axis;
  axis.name = stripped(text.substr(0, equals));
  if (equals == std::string::npos || axis.name.empty())
    throw UsageError("--grid: '" + text + "' is no axis, expected NAME=VALUE,VALUE,...");
  for (const auto& value : split(text.substr(equals + 1), ',')) axis.values.push_back(unquoted(value));
  return axis;
}

/// How files are written is one for all.
bool can_vary(const Option& option) {
  return option.is_recorded() && !option.is_list() && option.name() != "format" && option.name() != "quality" &&
         option.name() != "batch_size";
}

Option& varied(OptionTable& table, const std::string& name) {
  std::vector<std::string> names;
  for (const Option& option : table.options()) {
    if (can_vary(option)) names.push_back(option.name());
  }
  if (std::count(names.begin(), names.end(), name) != 0) return table.option(name);
  const std::string near = nearest(name, names);
  throw UsageError("--grid: '" + name + "' is nothing that varies over a grid" +
                   (near.empty() ? "; there are " + join(names, ", ") : "; did you mean '" + near + "'?"));
}

/// Which value of each axis a cell has: the first axis runs fastest.
std::vector<size_t> places_of(const std::vector<GridAxis>& axes, size_t cell) {
  std::vector<size_t> places;
  for (const GridAxis& axis : axes) {
    places.push_back(cell % axis.values.size());
    cell /= axis.values.size();
  }
  return places;
}

void apply(OptionTable& table, const std::vector<GridAxis>& axes, size_t cell) {
  const auto places = places_of(axes, cell);
  for (size_t i = 0; i < axes.size(); ++i) {
    varied(table, axes[i].name)
        .assign({RawValue::Kind::kText, axes[i].values[places[i]], "--grid " + axes[i].name, {}}, Origin::kFlag,
                "command line");
  }
}

size_t cell_count(const std::vector<GridAxis>& axes) {
  size_t cells = 1;
  for (const GridAxis& axis : axes) cells *= axis.values.size();
  return cells;
}

}  // namespace

std::vector<GridAxis> parse_grid(const std::string& text) {
  std::vector<GridAxis> axes;
  if (text.empty()) return axes;
  for (const auto& part : split(text, ';')) axes.push_back(parse_axis(part));
  if (axes.size() > kMostAxes)
    throw UsageError(concat("--grid: has ", axes.size(), " axes, at most ", kMostAxes, " can be shown"));
  for (size_t i = 0; i < axes.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      if (axes[i].name == axes[k].name) throw UsageError("--grid: '" + axes[i].name + "' is given twice");
    }
  }
  if (cell_count(axes) > kMostCells)
    throw UsageError(concat("--grid: has ", cell_count(axes), " cells, at most ", kMostCells, " are drawn"));
  return axes;
}

void apply_first_values(OptionTable& table, const std::vector<GridAxis>& axes) {
  if (!axes.empty()) apply(table, axes, 0);
}

GridRequest make_grid(OptionTable& table, DrawOptions& options, const std::vector<GridAxis>& axes) {
  GridRequest request{axes, {}};
  for (size_t cell = 0; cell < cell_count(axes); ++cell) {
    apply(table, axes, cell);
    options.settings = table.recorded_settings();
    request.cells.push_back({options, plan_drawing(options)});
  }
  apply(table, axes, 0);  // what is said of the run is said of its first cell
  return request;
}

OrderedJson cell_values(const std::vector<GridAxis>& axes, size_t cell) {
  const auto places = places_of(axes, cell);
  OrderedJson values = OrderedJson::object();
  for (size_t i = 0; i < axes.size(); ++i) values[axes[i].name] = axes[i].values[places[i]];
  return values;
}

}  // namespace big
