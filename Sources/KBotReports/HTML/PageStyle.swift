/// The style sheet of a page.
///
/// Colours are pairs for light and dark with a contrast of at least 4.5 to their ground, for text; gains and losses
/// differ in their sign too, never in colour alone. No `<` or `&` may stand in it, so that the page stays XML.
enum PageStyle {
    static let sheet: StaticString = """

        :root{color-scheme:light dark;--ground:#fbfbfa;--card:#fff;--ink:#1b1f24;--soft:#59616b;--line:#dfe2e6;--grid:#e9ebee;\
        --blue:#1d5fb4;--gain:#0b6b50;--fall:#b3261e;--up:#1f8f6f;--down:#cf4a41;--wash:#1d5fb41a;--sink:#b3261e22;\
        --warn:#fff3d6;--warnink:#6b4700;--band:#7a5cc0;--between:#7a5cc014}
        @media (prefers-color-scheme:dark){:root{--ground:#101418;--card:#171c22;--ink:#e6e9ed;--soft:#a3adb8;--line:#2c333b;\
        --grid:#232a31;--blue:#7db4ff;--gain:#5fd6ae;--fall:#ff9a90;--up:#3fb58f;--down:#e2695f;--wash:#7db4ff22;\
        --sink:#ff9a9022;--warn:#3a2d0c;--warnink:#ffd98a;--band:#b9a3f0;--between:#b9a3f01c}}
        *{box-sizing:border-box}
        html{scroll-behavior:smooth}
        @media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
        body{margin:0 auto;padding:0 20px 48px;max-width:1120px;background:var(--ground);color:var(--ink);\
        font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
        code{font:0.92em ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
        a{color:var(--blue)}
        :focus-visible{outline:2px solid var(--blue);outline-offset:2px;border-radius:4px}
        .skip{position:absolute;left:-9999px}
        .skip:focus{left:20px;top:8px;background:var(--card);padding:6px 10px;z-index:9}
        .banner{background:var(--warn);color:var(--warnink);margin:0 -20px 20px;padding:10px 20px;max-width:none;border-radius:0 0 8px 8px}
        h1{font-size:28px;line-height:1.2;letter-spacing:-.01em;margin:24px 0 4px;overflow-wrap:anywhere}
        h2{font-size:20px;letter-spacing:-.01em;margin:44px 0 12px;padding-top:16px;border-top:1px solid var(--line)}
        h3{font-size:15px;margin:22px 0 8px}
        p{margin:10px 0;max-width:78ch}
        .lead,.small,figcaption,footer{color:var(--soft)}
        .small,footer{font-size:13px}
        .verdict{font-size:17px;line-height:1.5;border-left:4px solid var(--blue);padding:2px 0 2px 14px;margin:14px 0 20px}
        .caution{background:var(--warn);color:var(--warnink);border-radius:8px;padding:8px 14px}
        .alarm{border-left:4px solid var(--fall);padding-left:14px;font-weight:600}
        nav{margin:18px 0 0}
        nav ul{display:flex;flex-wrap:wrap;gap:4px 16px;list-style:none;margin:0;padding:0;font-size:14px}
        nav a{text-decoration:none;padding:3px 0;display:inline-block}
        nav a:hover{text-decoration:underline}
        main section:first-child h2{margin-top:24px}
        dl{margin:0}
        li{overflow-wrap:anywhere}
        data{white-space:nowrap}
        dd{margin:0;font-variant-numeric:tabular-nums}
        .cards{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin:0 0 20px}
        .cards div{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 14px}
        .cards dt{font-size:13px;color:var(--soft)}
        .cards dd{font-size:22px;font-weight:600;letter-spacing:-.01em}
        .groups{columns:3 280px;column-gap:36px}
        .group{break-inside:avoid;margin-bottom:0;padding-bottom:18px}
        .group h3{margin-top:0;color:var(--soft);text-transform:uppercase;letter-spacing:.05em;font-size:12px}
        .group dl div{display:flex;justify-content:space-between;gap:12px;padding:4px 0;border-bottom:1px solid var(--grid)}
        .halves{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:0 36px;align-items:start}
        .gain{color:var(--gain)}
        .fall{color:var(--fall)}
        .none{color:var(--soft)}
        .wide{overflow-x:auto;margin:10px 0 18px}
        .long{max-height:640px;overflow-y:auto}
        table{border-collapse:collapse;width:100%;font-size:14px;font-variant-numeric:tabular-nums}
        caption{text-align:left;font-weight:600;padding:4px 0 6px}
        th,td{text-align:left;padding:5px 12px 5px 0;border-bottom:1px solid var(--grid);vertical-align:top;font-weight:400}
        thead th{color:var(--soft);font-size:13px;border-bottom-color:var(--line);white-space:nowrap;position:sticky;top:0;\
        background:var(--ground);z-index:1}
        thead button{all:unset;cursor:pointer;color:var(--blue)}
        thead button:focus-visible{outline:2px solid var(--blue);outline-offset:2px;border-radius:4px}
        th[aria-sort=descending] button::after{content:" \\2193"}
        th[aria-sort=ascending] button::after{content:" \\2191"}
        th:last-child,td:last-child{padding-right:2px}
        .n{text-align:right;white-space:nowrap}
        tbody th{white-space:nowrap}
        tbody code{white-space:nowrap;overflow-wrap:normal}
        .bar{display:block;width:100%;min-width:60px;height:10px;margin-top:6px}
        details{margin:6px 0}
        summary{cursor:pointer;padding:6px 0;color:var(--soft);font-size:14px}
        .market{border:1px solid var(--line);border-radius:8px;background:var(--card);padding:0 14px;margin:8px 0}
        .market>summary{color:var(--ink);padding:9px 0}
        .market thead th{background:var(--card)}
        figure{margin:14px 0 8px}
        figcaption{font-size:13px;margin-bottom:8px}
        figcaption strong{font-size:15px;color:var(--ink);margin-right:6px}
        .plot{position:relative;height:200px;margin:10px 14px 26px 62px;border-bottom:1px solid var(--line)}
        .plot.tall{height:280px}
        .plot.low{height:120px}
        .plot.strip{height:44px;margin-left:24px;margin-right:24px}
        .plot.strips{height:72px;margin-left:100px;margin-right:24px}
        .plot.map{height:320px}
        .plot>svg{position:absolute;inset:0;width:100%;height:100%;display:block;overflow:visible}
        .plot path{vector-effect:non-scaling-stroke;fill:none;stroke-width:1.5}
        .plot>span{position:absolute;font-size:12px;line-height:1;color:var(--soft);white-space:nowrap;\
        font-variant-numeric:tabular-nums;pointer-events:none}
        .plot>.y{right:100%;margin-right:8px;transform:translateY(50%)}
        .plot>.x{top:100%;margin-top:7px;transform:translateX(-50%)}
        .plot>.cursor{top:0;bottom:0;width:1px;background:var(--ink);opacity:.55}
        .plot>.mark{font-size:13px;transform:translate(-50%,50%);text-shadow:0 0 2px var(--card),0 0 2px var(--card)}
        .plot.map>.cursor{bottom:auto;background:none;border:2px solid var(--ink);opacity:1}
        .plot>.cell{color:var(--ink);font-size:12px;text-shadow:none}
        .plot>.choice{color:var(--ink);font-size:20px}
        .plot>.buy{color:var(--blue)}
        .plot>.sell{color:var(--ink)}
        .readout{display:block;min-height:20px;font-size:13px;color:var(--soft);font-variant-numeric:tabular-nums}
        .plot .grid{stroke:var(--grid);stroke-width:1}
        .plot .start,.plot .entry{stroke:var(--soft);stroke-width:1;stroke-dasharray:4 4}
        .plot .entry{stroke-dasharray:1 3;stroke-width:2}
        .plot .stop{stroke:var(--fall);stroke-width:2;stroke-dasharray:6 4}
        .plot .target{stroke:var(--gain);stroke-width:2}
        .plot .zero{stroke:var(--ink);stroke-width:1}
        .plot .curve{stroke:var(--blue)}
        .plot .wash{fill:var(--wash);stroke:none}
        .plot .depth{stroke:var(--fall)}
        .plot .sink{fill:var(--sink);stroke:none}
        .plot .range{stroke:var(--blue);stroke-width:6;stroke-linecap:round;opacity:.45}
        .plot .dot{stroke:var(--blue);stroke-width:12;stroke-linecap:round}
        .plot .up,.bar .up{fill:var(--up);stroke:none}
        .plot .down,.bar .down{fill:var(--down);stroke:none}
        .bar .plain{fill:var(--blue);stroke:none}
        .plot .between{fill:var(--between);stroke:none}
        .plot .band{stroke:var(--band);stroke-width:1}
        .plot .mean{stroke:var(--band);stroke-width:1;stroke-dasharray:3 3;opacity:.7}
        .plot .wick,.plot .flat{stroke:var(--soft);stroke-width:1}
        .plot .rise{fill:var(--up);stroke:none}
        .plot .drop{fill:var(--down);stroke:none}
        .plot .before{fill:var(--blue);stroke:none;opacity:.35}
        .plot .point{stroke:var(--blue);stroke-width:6;stroke-linecap:round;opacity:.5}
        .plot .other{stroke:var(--band);stroke-dasharray:6 3}
        .plot .high1{fill:var(--up);fill-opacity:.14;stroke:var(--ground);stroke-width:1}
        .plot .low1{fill:var(--down);fill-opacity:.14;stroke:var(--ground);stroke-width:1}
        .plot .deep1{fill:var(--blue);fill-opacity:.14;stroke:var(--ground);stroke-width:1}
        .plot .high2{fill:var(--up);fill-opacity:.3;stroke:var(--ground);stroke-width:1}
        .plot .low2{fill:var(--down);fill-opacity:.3;stroke:var(--ground);stroke-width:1}
        .plot .deep2{fill:var(--blue);fill-opacity:.3;stroke:var(--ground);stroke-width:1}
        .plot .high3{fill:var(--up);fill-opacity:.46;stroke:var(--ground);stroke-width:1}
        .plot .low3{fill:var(--down);fill-opacity:.46;stroke:var(--ground);stroke-width:1}
        .plot .deep3{fill:var(--blue);fill-opacity:.46;stroke:var(--ground);stroke-width:1}
        .plot .high4{fill:var(--up);fill-opacity:.62;stroke:var(--ground);stroke-width:1}
        .plot .low4{fill:var(--down);fill-opacity:.62;stroke:var(--ground);stroke-width:1}
        .plot .deep4{fill:var(--blue);fill-opacity:.62;stroke:var(--ground);stroke-width:1}
        .plot .even{fill:var(--grid);stroke:var(--ground);stroke-width:1}
        .plot .outline{stroke:var(--ink);stroke-width:3}
        footer{margin-top:48px;border-top:1px solid var(--line);padding-top:14px}
        @media (max-width:720px){body{padding:0 14px 32px;font-size:15px}.banner{margin:0 -14px 16px;padding:10px 14px}\
        .cards{grid-template-columns:repeat(2,1fr)}.halves{grid-template-columns:minmax(0,1fr)}.plot{margin-left:50px;margin-right:10px}\
        .plot>.odd,.plot>.many{display:none}.plot.strips{margin-left:90px}tbody th{white-space:normal}.plot.tall,.plot.map{height:230px}h1{font-size:24px}.cards dd{font-size:20px}.market{padding:0 10px}}
        @media print{:root{--ground:#fff;--card:#fff;--ink:#000;--soft:#444}body{max-width:none;padding:0;font-size:11px}\
        nav,.skip,.readout,.cursor{display:none}h2{break-after:avoid}figure,.cards div,.group,tr{break-inside:avoid}\
        .wide,.long{overflow:visible;max-height:none}table{font-size:10px}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}

        """
}
