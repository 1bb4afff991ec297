#pragma once

namespace big {

/// How our pages look; the classes of svg_chart are among it.
constexpr const char* kReportStyle = R"css(
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2328; background: #fff; max-width: 900px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; border-bottom: 1px solid #d0d7de; }
.end { padding: .5rem .8rem; border-radius: 6px; background: #dafbe1; overflow-wrap: anywhere; } .failed { background: #ffebe9; }
.note { color: #59636e; } .odd { background: #fff8c5; } .warn { color: #9a6700; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #eaeef2; overflow-wrap: anywhere; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
th { white-space: nowrap; } td img { width: 96px; height: 96px; border-radius: 4px; display: block; }
table.settings td:first-child { width: 16rem; } code, pre { font: 13px/1.45 ui-monospace, monospace; }
pre { background: #f6f8fa; padding: .7rem; border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
.strip img { display: inline-block; width: 84px; height: 84px; margin: 0 .2rem .2rem 0; }
table.previews { width: auto; } table.previews td { padding: .15rem; border: 0; vertical-align: middle; } figure { margin: 1rem 0; } figcaption { color: #59636e; } figcaption b { color: #1f2328; } svg { width: 100%; height: auto; }
svg text { font: 11px system-ui, sans-serif; fill: #59636e; } svg .grid { stroke: #eaeef2; } svg .axis { stroke: #8c959f; }
svg .mark { stroke: #8c959f; stroke-dasharray: 4 3; }
.legend { margin: .2rem 0; } .legend span { margin-right: 1rem; white-space: nowrap; }
.legend i { display: inline-block; width: 1.1rem; height: 3px; vertical-align: middle; margin-right: .35rem; }
)css";

}  // namespace big
