import Foundation
import KBotModel
import KBotReports
import Testing

@Suite struct ReportJSONTests {
    /// One trade of each outcome with odd numbers, one open position, a correction that found no trade.
    private var report: RunReport {
        var tracker = PerformanceTracker(startEquity: Money(dollars: 1_000), started: start)
        let thirds = ClosedTrade(
            strategy: "scalper",
            market: "KXBTC15M-26APR271445-45",
            direction: .short,
            count: Quantity(contracts: 3),
            entryValue: Money(units: 1_000_000),
            exitValue: Money(units: 2_000_000),
            fees: Money(units: 100),
            opened: .minute(1),
            closed: .minute(2),
            exit: .stop,
            plan: TradePlan(entry: Price(cents: 33), stop: Price(cents: 66), target: Price(cents: 1))
        )
        tracker.record(thirds)
        tracker.mark(equity: Money(units: 998_999_900), at: .minute(2))
        tracker.record(SettlementCorrection(market: "OTHER", amount: Money(dollars: 1), time: .minute(5)))
        var facts = RunFacts.plain
        facts.seed = .max
        facts.data = ["a \"quoted\" file"]
        facts.strategies = [
            StrategyFacts(name: "scalper", version: "1.0.0", kind: .native, parameters: [Fact("period", "25")])
        ]
        var funnel = Funnel()
        funnel.marketsSeen = 1
        funnel.triggers = 3
        funnel.filtered = ["B": 1, "A": 1]
        funnel.signals = 1
        funnel.orders = 1
        funnel.filled = 1
        funnel.closed = 1
        return RunReport(
            facts: facts,
            tracker: tracker,
            openPositions: [.sample()],
            endEquity: Money(units: 1_000_129_900),
            funnel: funnel,
            limits: [LimitFact(name: "max_positions", value: "2", source: "default")],
            blocked: BlockedTime(total: .hours(6), parts: [.init(code: "DAILY_LOSS_LIMIT", span: .hours(6))]),
            charts: charts
        )
    }

    /// One market with two candles and one fill, decided by its last price.
    private var charts: MarketCharts {
        let market: Ticker = "KXBTC15M-26APR271445-45"
        var chart = MarketChart(market: market, opens: start, closes: .minute(15))
        chart.strike = SpotPrice(units: 641_235_000)
        chart.period = 25
        chart.deviations = Ratio(units: 2_000_000)
        let bands = ChartBands(
            lower: PriceDelta(units: 4_850),
            middle: PriceDelta(units: 4_900),
            upper: PriceDelta(units: 4_950)
        )
        chart.candles = [(Int64(0), nil), (5, bands)].map { second, bands in
            let time = Timestamp.minute(1) + .seconds(second)
            return ChartCandle(Candle(flatAt: Price(cents: 49), start: time, interval: .seconds(5)), bands: bands)
        }
        chart.fills = [
            ChartFill(
                time: .minute(1) + .seconds(3),
                side: .ask,
                price: Price(cents: 33),
                count: Quantity(contracts: 3),
                role: "entry",
                liquidity: .taker,
                fee: Money(units: 100)
            )
        ]
        let settlement = Settlement(value: .zero, isInferred: true)
        let outcome = MarketOutcome(market: market, settlement: settlement, time: .minute(16))
        return MarketCharts(kept: [chart], leftOut: 2, outcomes: [outcome])
    }

    @Test func `the document is exactly this`() {
        let expected = #"""
            {
              "schema": 2,
              "run": {
                "id": "r1",
                "version": "0.1.0",
                "mode": "paper",
                "feed": "replay",
                "simulated": false,
                "from": "2026-04-27T00:00:00.000000Z",
                "to": "2026-04-28T00:00:00.000000Z",
                "speed": "max",
                "seed": 18446744073709551615,
                "account": "fresh",
                "data": [
                  "a \"quoted\" file"
                ],
                "skipped_lines": 0,
                "interrupted": false,
                "fees_charged": "all",
                "whole_days": 1,
                "strategies": [
                  {
                    "name": "scalper",
                    "version": "1.0.0",
                    "kind": "native",
                    "path": null,
                    "hash": null,
                    "budget": null,
                    "parameters": {
                      "period": "25"
                    }
                  }
                ],
                "risk_rules": [],
                "reloads": [],
                "fill_model": {
                  "name": "realistic",
                  "constants": {}
                },
                "start_equity": "1000.000000",
                "end_equity": "1000.129900",
                "gross_pnl": "0.000000",
                "unrealized": "0.300000",
                "identity_difference": "0.000000",
                "blocked": {
                  "share": 0.250000,
                  "by_limit": {
                    "DAILY_LOSS_LIMIT": 0.250000
                  },
                  "time_s": 21600.000000,
                  "time_s_by_limit": {
                    "DAILY_LOSS_LIMIT": 21600.000000
                  }
                },
                "corrections": [
                  {"ts": "2026-04-27T00:05:00.000000Z", "market": "OTHER", "amount": "1.000000"}
                ],
                "notes": []
              },
              "metrics": {
                "total_trades": 1,
                "winning_trades": 0,
                "losing_trades": 1,
                "break_even_trades": 0,
                "win_rate": 0.000000,
                "net_profit": "-1.000100",
                "gross_profit": "0.000000",
                "gross_loss": "1.000100",
                "average_win": null,
                "average_loss": "1.000100",
                "largest_win": null,
                "largest_loss": "1.000100",
                "profit_factor": 0.000000,
                "expectancy": "-1.000100",
                "sharpe_ratio": null,
                "per_trade_sharpe": null,
                "max_drawdown": "1.000100",
                "max_drawdown_pct": 0.100010,
                "max_drawdown_peak_at": "2026-04-27T00:00:00.000000Z",
                "max_drawdown_trough_at": "2026-04-27T00:02:00.000000Z",
                "max_consecutive_wins": 0,
                "max_consecutive_losses": 1,
                "total_fees": "0.170100",
                "average_r": -1.010300,
                "payoff_ratio": null,
                "average_holding_s": 60.000000,
                "time_in_market": 0.007639,
                "peak_exposure": "4.000000",
                "long_trades": 0,
                "short_trades": 1,
                "exits": {"target": 0, "stop": 1, "settlement": 0, "time": 0, "flatten": 0}
              },
              "trades": [
                {"market": "KXBTC15M-26APR271445-45", "strategy": "scalper", "direction": "short", "count": "3.00", \#
            "entry_price": "0.333333", "exit_price": "0.666667", "gross_pnl": "-1.000000", "fees": "0.000100", \#
            "net_pnl": "-1.000100", "opened": "2026-04-27T00:01:00.000000Z", \#
            "closed": "2026-04-27T00:02:00.000000Z", "exit": "stop", "r_multiple": -1.010300, \#
            "planned_entry": "0.3300", "planned_stop": "0.6600", "planned_target": "0.0100", \#
            "entry_value": "1.000000", "exit_value": "2.000000", "settled_count": "0.00", \#
            "entry_slippage": "-0.010000", "exit_slippage": "0.020000"}
              ],
              "open_positions": [
                {"market": "KXBTC15M-26APR280000-00", "strategy": "bollinger_scalper", "direction": "long", \#
            "count": "10.00", "entry_price": "0.400000", "mark_price": "0.4300", "unrealized": "0.300000", \#
            "realized": "0.000000", "fees": "0.170000", "opened": "2026-04-27T23:50:00.000000Z", "state": "open", \#
            "entry_value": "4.000000"}
              ],
              "equity_curve": [
                {"ts": "2026-04-27T00:00:00.000000Z", "equity": "1000.000000", "drawdown": "0.000000"},
                {"ts": "2026-04-27T00:02:00.000000Z", "equity": "998.999900", "drawdown": "1.000100"}
              ],
              "daily_equity": [
                {"day": "2026-04-27", "equity": "998.999900", "change": "-1.000100"}
              ],
              "funnel": {
                "markets_seen": 1,
                "markets_warmed_up": 0,
                "candles_closed": 0,
                "candles_judged": 0,
                "quiet": {},
                "triggers": 3,
                "filtered": {
                  "A": 1,
                  "B": 1
                },
                "signals": 1,
                "denied": {},
                "orders": 1,
                "unfilled": {},
                "filled": 1,
                "closed": 1,
                "settled": 0,
                "still_open": 0,
                "entry_cutoff_s": 480.000000,
                "warm_up": null,
                "sentence": "1 trade from 3 triggers: 1 signal, 1 entry order, 1 filled; 1 trigger ended in A."
              },
              "limits": {
                "max_positions": {"value": "2", "source": "default"}
              },
              "outcomes": [
                {"market": "KXBTC15M-26APR271445-45", "ts": "2026-04-27T00:16:00.000000Z", "result": "no", \#
            "value": "0.0000", "inferred": true}
              ],
              "analysis": {
                "verdict": {
                  "sentence": "The mean net result per trade is −$1.00 over 1 trade in 1 market: too few for a statement \#
            (at least 30 trades in 10 markets).",
                  "trades": 1,
                  "markets": 1,
                  "mean_net_pnl": "-1.000100",
                  "interval_low": null,
                  "interval_high": null,
                  "excludes_zero": null,
                  "too_small": true,
                  "method": "percentile bootstrap over markets, 95%",
                  "resamples": 2000,
                  "seed": 1
                },
                "by_day": [
                  {"day": "2026-04-27", "trades": 1, "winning": 0, "net_pnl": "-1.000100", "fees": "0.000100"}
                ],
                "by_hour": [
                  {"hour": "00", "trades": 1, "winning": 0, "net_pnl": "-1.000100", "fees": "0.000100"}
                ],
                "by_market": [
                  {"market": "KXBTC15M-26APR271445-45", "trades": 1, "winning": 0, "net_pnl": "-1.000100", \#
            "fees": "0.000100"}
                ],
                "by_exit": [
                  {"exit": "stop", "trades": 1, "winning": 0, "net_pnl": "-1.000100", "fees": "0.000100"}
                ],
                "by_direction": [
                  {"direction": "short", "trades": 1, "winning": 0, "net_pnl": "-1.000100", "fees": "0.000100"}
                ],
                "net_pnl_histogram": [
                  {"from": "-1.010000", "to": "-1.000000", "trades": 1}
                ],
                "r_histogram": [
                  {"from": -1.020000, "to": -1.010000, "trades": 1}
                ],
                "calibration": {
                  "unknown_outcomes": 0,
                  "bins": [
                    {"from": "0.6000", "to": "0.7000", "trades": 1, "markets": 1, "mean_price": "0.666667", \#
            "mean_outcome": "1.000000"}
                  ]
                },
                "costs": {
                  "fees": "0.000100",
                  "entries": {"trades": 1, "count": "3.00", "slippage": "-0.010000", "slippage_per_contract": "-0.003333"},
                  "stops": {"trades": 1, "count": "3.00", "slippage": "0.020000", "slippage_per_contract": "0.006667"},
                  "targets": {"trades": 0, "count": "0.00", "slippage": "0.000000", "slippage_per_contract": null},
                  "unplanned_exits": 0
                }
              },
              "charts": {
                "kept": 1,
                "left_out": 2,
                "markets": [
                  {
                    "market": "KXBTC15M-26APR271445-45",
                    "opens": "2026-04-27T00:00:00.000000Z",
                    "closes": "2026-04-27T00:15:00.000000Z",
                    "strike": "64123.5000",
                    "interval_s": 5.000000,
                    "band_period": 25,
                    "band_deviations": 2.000000,
                    "from": "2026-04-27T00:01:00.000000Z",
                    "candles_left_out": 0,
                    "candles": [
                      [0, 4900, 4900, 4900, 4900, 0, 0, null, null, null],
                      [5, 4900, 4900, 4900, 4900, 0, 0, 4850, 4900, 4950]
                    ],
                    "fills_left_out": 0,
                    "fills": [
                      {"ts": "2026-04-27T00:01:03.000000Z", "side": "ask", "price": "0.3300", "count": "3.00", \#
            "role": "entry", "liquidity": "taker", "fee": "0.000100"}
                    ]
                  }
                ]
              }
            }

            """#
        let written = String(utf8: report.jsonDocument())
        let pair = zip(written.split(separator: "\n"), expected.split(separator: "\n")).first { $0 != $1 }
        #expect(written == expected, "first difference: \(String(describing: pair))")
    }

    @Test(arguments: [true, false])
    func `any JSON reader reads it`(isPretty: Bool) throws {
        let bytes = RunReport.simulated.jsonDocument(pretty: isPretty)
        let object = try JSONSerialization.jsonObject(with: Data(bytes))
        let document = try #require(object as? [String: Any])
        let keys = [
            "schema", "run", "metrics", "trades", "open_positions", "equity_curve", "daily_equity", "funnel", "limits",
            "outcomes", "analysis", "charts",
        ]
        #expect(Set(document.keys) == Set(keys))
        #expect((document["trades"] as? [Any])?.count == 24)
    }

    @Test func `the compact document is one line`() {
        let bytes = RunReport.simulated.jsonDocument(pretty: false)
        #expect(bytes.filter { $0 == UInt8(ascii: "\n") }.count == 1)
        #expect(bytes.last == UInt8(ascii: "\n"))
    }

    @Test func `the metrics carry every documented name`() throws {
        let object = try JSONSerialization.jsonObject(with: Data(RunReport.idle.jsonDocument()))
        let metrics = try #require((object as? [String: Any])?["metrics"] as? [String: Any])
        let names = [
            "total_trades", "winning_trades", "losing_trades", "win_rate", "net_profit", "gross_profit", "gross_loss",
            "average_win", "average_loss", "largest_win", "largest_loss", "profit_factor", "expectancy", "sharpe_ratio",
            "max_drawdown", "max_drawdown_pct", "max_consecutive_wins", "max_consecutive_losses", "total_fees",
        ]
        #expect(names.filter { metrics[$0] == nil } == [])
        for name in ["win_rate", "average_win", "profit_factor", "expectancy", "sharpe_ratio"] {
            #expect(metrics[name] is NSNull, "\(name)")
        }
    }

    @Test func `two reports of the same run have the same bytes`() {
        #expect(report.jsonDocument() == report.jsonDocument())
    }

    @Test func `a line of the event stream is exactly this`() {
        let candle = Candle(flatAt: Price(cents: 49), start: .minute(1), interval: .seconds(5))
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("type", "candle")
        writer.field("ts", candle.end)
        writer.field("market", Ticker("KXBTC15M-26APR271445-45"))
        writer.field("interval_s", candle.interval.wholeSeconds)
        writer.field("open", candle.open)
        writer.field("volume", candle.volume)
        writer.field("trades", candle.trades)
        writer.endObject()
        writer.endLine()
        let expected =
            #"{"type":"candle","ts":"2026-04-27T00:01:05.000000Z","market":"KXBTC15M-26APR271445-45","interval_s":5,"#
            + #""open":"0.4900","volume":"0.00","trades":0}"# + "\n"
        #expect(String(utf8: writer.bytes) == expected)
    }
}
