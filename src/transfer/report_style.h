// The looks of report.html: on a screen, light or dark, wide or narrow, and on paper.
#pragma once

#include <string_view>

namespace monitora::transfer {

inline constexpr std::string_view kReportStyle = R"css(
:root{--ink:#1b2430;--soft:#566273;--line:#d9dfe7;--paper:#fff;--wash:#f4f6f9;--good:#0b6b3a;
--good-wash:#e6f4ec;--bad:#a61b1b;--bad-wash:#fbeaea;--brand:#2347b5}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf2;--soft:#9fabbb;--line:#2d3846;--paper:#121820;
--wash:#1a222d;--good:#6fd39b;--good-wash:#12301f;--bad:#ff9d9d;--bad-wash:#3a1a1c;--brand:#9db4ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--wash);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1180px;margin:0 auto;padding:24px;background:var(--paper);min-height:100vh}
.brand{margin:0;color:var(--brand);font-weight:700;letter-spacing:.12em;font-size:13px}
h1{margin:2px 0 14px;font-size:26px;line-height:1.25}
h2{margin:34px 0 10px;font-size:19px;padding-bottom:5px;border-bottom:2px solid var(--line)}
h3{margin:20px 0 6px;font-size:16px}
code{font:13px/1.45 ui-monospace,"Cascadia Mono",Menlo,Consolas,monospace}
h1 code{font-size:inherit}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:8px 24px;margin:14px 0 0}
dt{color:var(--soft);font-size:13px}
dd{margin:0;overflow-wrap:anywhere}
.verdict{margin:0;padding:12px 16px;border-radius:6px;border-left:5px solid;font-size:17px}
.verdict.good{background:var(--good-wash);color:var(--good)}
.verdict.bad{background:var(--bad-wash);color:var(--bad)}
.wide{overflow-x:auto;margin:10px 0}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:6px 10px;border-bottom:1px solid var(--line)}
thead th{background:var(--wash);font-size:13px;color:var(--soft);white-space:nowrap}
tbody th{font-weight:600}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.mark{white-space:nowrap;font-weight:700}
.mark span{font-weight:400}
.good{color:var(--good)}
.bad{color:var(--bad)}
.hash{color:var(--soft)}
.tag{background:var(--wash);border:1px solid var(--line);border-radius:4px;padding:1px 6px;
display:inline-block;margin:2px 0}
.line{display:block}
.differences code{overflow-wrap:anywhere;white-space:pre-wrap}
.differences td:nth-child(3) code{white-space:nowrap}
.differences td:nth-child(5),.differences td:nth-child(6){min-width:260px;width:30%}
ul{margin:6px 0;padding-left:22px}
details{border-bottom:1px solid var(--line)}
summary{cursor:pointer;padding:7px 0;font-weight:600}
@media(max-width:640px){main{padding:16px 12px}h1{font-size:21px}th,td{padding:5px 7px}}
@media print{:root{--ink:#000;--soft:#444;--line:#bbb;--paper:#fff;--wash:#fff;--good:#000;--bad:#000;
--good-wash:#fff;--bad-wash:#fff;--brand:#000}main{max-width:none;padding:0}.wide{overflow:visible}
tr,li{break-inside:avoid}thead{display:table-header-group}body{font-size:11px}code{font-size:10px}
.differences td:nth-child(5),.differences td:nth-child(6){min-width:0}
.differences td:nth-child(3) code{white-space:normal}}
)css";

}  // namespace monitora::transfer
