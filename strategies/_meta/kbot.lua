---@meta _
-- What scripts of kbot see (api 1), for editors that run the Lua language server.
-- Made by the program from what it binds: `kbot stubs --output strategies/_meta/kbot.lua` makes it anew. Nothing
-- here is run.
--
-- Prices are cents of the YES contract, counts contracts, money dollars, times seconds since the epoch, UTC.

---A long buys YES, a short buys NO; prices are YES prices either way.
---@alias kbot.Side "long"|"short"

---A time such as "5s", "15m" or "24h", or whole seconds.
---@alias kbot.Span string|integer

---What a risk rule says of an order.
---@alias kbot.Verdict "allow"|"reduce"|"deny"|"halt"

---The indicators there are.
---@alias kbot.IndicatorKind "bollinger"|"sma"|"ema"|"wma"|"rsi"|"atr"|"stddev"|"zscore"|"highest"|"lowest"|"vwap"|"roc"

---The table a strategy returns: `needs` and `on_candle` are needed, the other callbacks may be left out.
---@class kbot.Strategy
---@field api 1 # The version of the contract the script is written for.
---@field kind "strategy" # What the script is.
---@field name string # Letters, digits, _ and -; unique in a run.
---@field version string # The author's version.
---@field description string? # One sentence.
---@field params table<string, kbot.Parameter>? # What can be set from outside, by name.
---@field needs? fun(params: kbot.Params): kbot.Needs # Called once: what must be ready. Needed.
---@field on_start? fun(ctx: kbot.Context) # Called once, before the first event; no market is at hand.
---@field on_candle? fun(ctx: kbot.Context, candle: kbot.Candle): kbot.Signal?, string?, kbot.Side? # Called on each closed candle: a signal, or nil, a reason and the side whose rule was met. Needed.
---@field on_trade? fun(ctx: kbot.Context, trade: kbot.Trade): kbot.Signal?, string?, kbot.Side? # Called on each public trade.
---@field on_book? fun(ctx: kbot.Context): kbot.Signal?, string?, kbot.Side? # Called after every change of the book.
---@field on_fill? fun(ctx: kbot.Context, fill: kbot.Fill) # Called on each fill of the strategy's orders.
---@field on_settle? fun(ctx: kbot.Context, settlement: kbot.Settlement) # Called when a market is decided.
---@field on_timer? fun(ctx: kbot.Context): kbot.Signal?, string?, kbot.Side? # Called for each open market at every multiple of `needs.timer`.
---@field on_stop? fun(ctx: kbot.Context) # Called once, after the last event; no market is at hand.
---@field save? fun(ctx: kbot.Context): table # What to hand to the next version at a hot reload.
---@field load? fun(ctx: kbot.Context, saved: table) # Takes what the version before saved.

---The table a risk rule returns: `check` is needed, the other callbacks may be left out.
---@class kbot.RiskRule
---@field api 1 # The version of the contract the script is written for.
---@field kind "risk-rule" # What the script is.
---@field name string # Letters, digits, _ and -; unique in a run.
---@field version string # The author's version.
---@field description string? # One sentence.
---@field params table<string, kbot.Parameter>? # What can be set from outside, by name.
---@field check? fun(ctx: kbot.RuleContext, order: kbot.Order): kbot.Verdict, number|string|nil, string?, string? # "allow" | "reduce", count, code, text | "deny", code, text | "halt", until, code, text. Needed.
---@field on_fill? fun(ctx: kbot.RuleContext, fill: kbot.Fill) # Called on each fill of any strategy's orders.
---@field on_settle? fun(ctx: kbot.RuleContext, settlement: kbot.Settlement) # Called when a market is decided.
---@field on_day? fun(ctx: kbot.RuleContext) # Called at 00:00 UTC; no market is at hand.
---@field save? fun(ctx: kbot.RuleContext): table # What to hand to the next version at a hot reload.
---@field load? fun(ctx: kbot.RuleContext, saved: table) # Takes what the version before saved.

---A parameter: kbot run --param name=value sets it, kbot params FILE lists it.
---@class kbot.Parameter
---@field type "integer"|"number"|"boolean"|"string"|"duration" # What values it takes.
---@field default number|boolean|string # The value when nothing is given.
---@field min number? # Least value of an integer or a number.
---@field max number? # Largest value of an integer or a number.
---@field step number? # Step of a search.
---@field help string? # One sentence.
---@field optimize boolean? # Whether a search may vary it.
---@field choices string[]? # The only values of a string.
---@field reload "live"|"restart"|nil # Whether a hot reload may change it; "live" unless said otherwise.

---What must be ready when a strategy is asked.
---@class kbot.Needs
---@field candles kbot.Candles # The candles that `on_candle` is called with.
---@field indicators table<string, kbot.IndicatorSpec>? # By the names they are read with.
---@field timer kbot.Span? # How often `on_timer` is called: 1s to 24h.

---The candles a strategy is called with.
---@class kbot.Candles
---@field source "market"|"spot"|nil # The market's own (the default), or the price of its underlying.
---@field symbol string? # With source = "spot": the underlying, such as "BTC-USD".
---@field interval "auto"|kbot.Span # Length, 1s to 24h; "auto" takes one that fits the market's life.
---@field history integer? # How many closed candles `ctx.candles` gives, 0 to 500.

---An indicator, such as { "bollinger", period = 25, stddev = 2.0 }.
---@class kbot.IndicatorSpec
---@field [1] kbot.IndicatorKind # What is computed.
---@field period integer # Candles it looks at, up to 500.
---@field stddev number? # Width of Bollinger bands, in standard deviations; 2 unless given.

---What a strategy sees of the world at the time of a call: only what was public then.
---@class kbot.Context
---@field now number # Time of the event, seconds since the epoch, UTC.
---@field params kbot.Params # The parameters in force.
---@field market kbot.Market # The market of the call.
---@field book kbot.Book # The market's order book.
---@field account kbot.Account # The account.
---@field position kbot.Position? # The position in this market: a strategy's own, to a rule anyone's.
---@field state table # A table of the script's own: plain data, kept for the run and across hot reloads.
---@field log fun(text: string|number) # Writes a line to the event stream and the terminal.
---@field indicators kbot.Indicators # The indicators of `needs`.
---@field candles fun(count: integer): kbot.Candle[] # The last closed candles, oldest first, the present one last; as many as there are, at most `needs.candles.history`.

---The parameters in force, by name.
---@class kbot.Params
---@field [string] any

---The market of the call; prices in cents of the YES contract.
---@class kbot.Market
---@field ticker string # The venue's name of the market.
---@field underlying string # The asset the market is about, such as `BTC`.
---@field bid number? # Best bid; nil when unknown. Without a book, from the last trades.
---@field ask number? # Best ask.
---@field spread number? # Ask minus bid.
---@field mid number? # Half-way between bid and ask.
---@field last number? # Price of the last trade.
---@field open_time number # Start of trading, seconds since the epoch.
---@field close_time number # End of trading, seconds since the epoch.
---@field seconds_left number # Seconds from now to the close.
---@field minutes_left number # Minutes from now to the close.
---@field lowest_price number # Lowest valid price.
---@field highest_price number # Highest valid price.
---@field strike number? # The price of the underlying that decides the market, in dollars.
---@field series string # The series the market belongs to.
---@field feed_age number # Seconds since anything was heard of the market.
---@field exposure number # Dollars that settlement could take in all markets on the same underlying, resting entries included.
---@field step fun(price: number): number # The step of the price grid at a price: 1 at 50 cents, 0.1 at 5 cents on a tapered grid.
---@field round fun(price: number, mode?: "nearest"|"down"|"up"): number? # The valid price nearest to one (of two equally near the lower), or the next one down or up; nil beyond the grid.
---@field fee fun(price: number, count: number, liquidity?: "taker"|"maker"): number # The venue's fee in dollars for so many contracts at a price, as a taker unless said otherwise.
---@field implied fun(): number? # The probability of YES that the mid implies, 0 to 1; nil without a quote.

---The market's order book in YES prices: bids buy YES, asks sell it. Empty when the feed has no book.
---@class kbot.Book
---@field has_book boolean # Whether the feed gives a book, and it is in sync.
---@field bid_size number # Contracts at the best bid; 0 without one.
---@field ask_size number # Contracts at the best ask; 0 without one.
---@field depth fun(side: "bid"|"ask", cents: number): number # Contracts within so many cents of the best price of a side, that price included.
---@field levels fun(side: "bid"|"ask", count?: integer): kbot.Level[] # The best levels of a side, best first: 10 unless said otherwise, at most 200.
---@field imbalance fun(cents: number): number? # (bids − asks) / (bids + asks) of the contracts within so many cents of the best prices, −1 to 1; nil without any.

---The account, in dollars.
---@class kbot.Account
---@field equity number # Equity now, open positions at the price at which they could leave.
---@field capital number # Equity at 00:00 UTC.
---@field cash number # Cash not tied up in positions or resting entries.
---@field exposure number # What settlement could take, resting entries included.
---@field day_pnl number # Profit of the UTC day after fees, open positions included.
---@field losing_streak integer # Losing trades in a row.
---@field open_positions integer # Positions open and entries pending.

---The indicators of `needs`, by their names there.
---@class kbot.Indicators
---@field [string] any

---Bollinger bands, in the unit of the candles' prices.
---@class kbot.Bands
---@field lower number # The lower band, rounded up.
---@field middle number # The mean.
---@field upper number # The upper band, rounded down.

---What a risk rule sees of the world at the time of a call.
---@class kbot.RuleContext
---@field now number # Time of the event, seconds since the epoch, UTC.
---@field params kbot.Params # The parameters in force.
---@field market kbot.Market # The market of the call.
---@field book kbot.Book # The market's order book.
---@field account kbot.Account # The account.
---@field position kbot.Position? # The position in this market: a strategy's own, to a rule anyone's.
---@field state table # A table of the script's own: plain data, kept for the run and across hot reloads.
---@field log fun(text: string|number) # Writes a line to the event stream and the terminal.

---A closed candle: prices in cents, of an underlying in dollars.
---@class kbot.Candle
---@field open number # First price.
---@field high number # Highest price.
---@field low number # Lowest price.
---@field close number # Last price.
---@field volume number # Contracts traded; of an underlying coins, 0 where the source gives none.
---@field trades integer # Trades; 0 in a flat candle carried at the last price.
---@field start number # Start, seconds since the epoch.
---@field time number # End, seconds since the epoch.

---A public trade.
---@class kbot.Trade
---@field price number # Price, cents.
---@field count number # Contracts.
---@field taker "buy"|"sell"|nil # Whether the taker bought or sold YES; nil when the data does not tell.

---A fill of one of kbot's orders.
---@class kbot.Fill
---@field role "entry"|"target"|"exit" # What the order was for.
---@field side "buy"|"sell" # Whether YES was bought or sold.
---@field price number # Price, cents.
---@field count number # Contracts.
---@field fee number # The venue's fee, dollars.
---@field maker boolean # Whether the order rested.
---@field strategy string # Strategy whose order it was.
---@field net_pnl number? # Net P&L of the trade in dollars, on the fill that closed it.

---How a market was decided.
---@class kbot.Settlement
---@field result "yes"|"no"|"scalar" # The result.
---@field value number # What a YES contract pays, cents: 100, 0, or between.
---@field net_pnl number? # Net P&L in dollars of what ended by it; nil when nothing was held.

---An order about to be sent, after sizing and kbot's own limits.
---@class kbot.Order
---@field strategy string # Strategy it comes from.
---@field side "long"|"short" # Direction of the position it opens or reduces.
---@field price number # Limit price, cents.
---@field count number # Contracts.
---@field entry number # Planned entry, cents.
---@field stop number # Planned stop, cents.
---@field target number # Planned target, cents.
---@field reducing boolean # Whether it can only make a position smaller; no rule can stop such an order.

---A position.
---@class kbot.Position
---@field strategy string # Strategy that entered.
---@field side "long"|"short" # Direction.
---@field count number # Contracts.
---@field entry number # Average entry, cents.
---@field stop number # Planned stop, cents.
---@field target number # Planned target, cents.

---One price of a book.
---@class kbot.Level
---@field price number # YES price, cents.
---@field count number # Contracts.

---A trade a strategy wants; kbot's limits decide.
---@class kbot.Signal
---@field side "long"|"short" # Direction: a long buys YES, a short buys NO.
---@field entry number? # Entry price, cents; needed unless `entry_type` is "market".
---@field stop number? # Where the loss is cut, cents; this or `stop_offset`.
---@field target number? # Where the profit is taken, cents; this or `target_offset`.
---@field entry_type "limit"|"stop"|"market"|nil # How to get in; "limit" unless said otherwise.
---@field stop_offset number? # Distance of the stop from the fill, cents.
---@field target_offset number? # Distance of the target from the fill, cents.
---@field count number? # Contracts wanted; can only lower the size.
---@field ttl integer? # Candles after which an unfilled entry is cancelled.
---@field confidence number? # 0 to 1; told, not used.
---@field reason string? # Your words, up to 200 characters.

---Pure helpers.
---@class kbot
---@field api 1 # The version of the contract this kbot speaks.
kbot = {}

---Rounds to 0.01 cent: drops the noise of float arithmetic and nothing else.
---@param cents number
---@return number
function kbot.snap(cents) end

---The value, or the bound it lies beyond.
---@param value number
---@param low number
---@param high number
---@return number
function kbot.clamp(value, low, high) end

---A time in seconds since the epoch as a clock shows it in a zone: "UTC" (default) or a name such as "America/New_York".
---@param seconds number
---@param zone? string
---@return kbot.Clock
function kbot.clock(seconds, zone) end

---A time as a clock on the wall shows it.
---@class kbot.Clock
---@field year integer # Year.
---@field month integer # 1 to 12.
---@field day integer # 1 to 31.
---@field hour integer # 0 to 23.
---@field minute integer # 0 to 59.
---@field second integer # 0 to 59.
---@field weekday integer # 1 is Monday, 7 is Sunday.
---@field seconds_of_day integer # Seconds since midnight by that clock.

---Runs `name.lua`, which lies beside the script, once, and gives what it returned.
---@param name string
---@return any
function require(name) end

-- Files that end in _test.lua; `kbot test` runs them.

---Groups tests under a name.
---@param name string
---@param body fun()
function describe(name, body) end

---Runs before each test of its group.
---@param body fun()
function before_each(body) end

---Begins an expectation: expect(x).to_be(1).
---@param value any
---@return kbot.Expectation
function expect(value) end

---Ends the test, or the group it stands in, without a verdict.
---@param reason string
function skip(reason) end

---One test; it fails when its body raises an error.
---@class kbot.It
---@overload fun(name: string, body: fun())
it = {}

---A test that is not run, and told as skipped.
---@param name string
---@param body? fun()
function it.skip(name, body) end

---Puts scripts to the test.
---@class kbot.Test
test = {}

---Loads a strategy that lies beside the test, in a sandbox of its own, on a bench with one market.
---@param file string
---@param params? table<string, any>
---@return kbot.Bench
function test.strategy(file, params) end

---Loads a risk rule that lies beside the test, in a sandbox of its own.
---@param file string
---@param params? table<string, any>
---@return kbot.RuleBench
function test.rule(file, params) end

---A whole run on paper.
---@param options kbot.TestRun
---@return kbot.TestResult
function test.run(options) end

---What is expected of a value; an expectation that is not met fails the test.
---@class kbot.Expectation
---@field never kbot.Expectation # The opposite of each of these.
---@field to_be fun(expected: any) # The same value, as == compares.
---@field to_equal fun(expected: any) # Equal, tables by what they hold.
---@field to_be_near fun(expected: number, tolerance?: number) # A number not farther away; 0.000001 unless given.
---@field to_be_nil fun() # Nil.
---@field to_exist fun() # Not nil.
---@field to_be_true fun() # True.
---@field to_be_false fun() # False.
---@field to_contain fun(element: any) # A text that has this text in it, or an array with this element.
---@field to_be_above fun(bound: number) # A number greater than this.
---@field to_be_below fun(bound: number) # A number less than this.
---@field to_fail fun(text?: string) # A function that raises an error, with this text in its message.

---A strategy with one market: no engine, no orders; prices are told as the script gave them.
---@class kbot.Bench
---@field state table # A copy of `ctx.state`.
---@field logs string[] # The lines the script has logged.
---@field interval number # Length of the script's candles, seconds.
---@field market fun(self: kbot.Bench, facts: kbot.TestMarket) # Sets facts of the market.
---@field book fun(self: kbot.Bench, book: kbot.TestBook?) # Sets the whole book; bid and ask follow from it.
---@field at fun(self: kbot.Bench, seconds: number) # Sets the clock, in seconds since the market's open.
---@field position fun(self: kbot.Bench, position: kbot.TestPosition?) # Sets what is held in the market; nil for nothing.
---@field account fun(self: kbot.Bench, account: kbot.TestAccount) # Sets fields of `ctx.account`.
---@field fill fun(self: kbot.Bench, fill: kbot.TestFill) # Calls `on_fill`.
---@field settle fun(self: kbot.Bench, settlement: kbot.TestSettlement) # Calls `on_settle`.
---@field candles fun(self: kbot.Bench, candles: (number|kbot.TestCandle)[]): kbot.Signal, string, kbot.Side # Closes candles one after another, a number as a flat one with one trade; the answer to the last.
---@field candle fun(self: kbot.Bench, candle: number|kbot.TestCandle): kbot.Signal, string, kbot.Side # Closes one candle.
---@field trade fun(self: kbot.Bench, trade: kbot.TestTrade): kbot.Signal, string, kbot.Side # Calls `on_trade`.
---@field fire_book fun(self: kbot.Bench): kbot.Signal, string, kbot.Side # Calls `on_book`.
---@field fire_timer fun(self: kbot.Bench): kbot.Signal, string, kbot.Side # Calls `on_timer`.
---@field start fun(self: kbot.Bench) # Calls `on_start`.
---@field stop fun(self: kbot.Bench) # Calls `on_stop`.

---A risk rule with one market.
---@class kbot.RuleBench
---@field state table # A copy of `ctx.state`.
---@field logs string[] # The lines the script has logged.
---@field market fun(self: kbot.RuleBench, facts: kbot.TestMarket) # Sets facts of the market.
---@field book fun(self: kbot.RuleBench, book: kbot.TestBook?) # Sets the whole book; bid and ask follow from it.
---@field at fun(self: kbot.RuleBench, seconds: number) # Sets the clock, in seconds since the market's open.
---@field position fun(self: kbot.RuleBench, position: kbot.TestPosition?) # Sets what is held in the market; nil for nothing.
---@field account fun(self: kbot.RuleBench, account: kbot.TestAccount) # Sets fields of `ctx.account`.
---@field fill fun(self: kbot.RuleBench, fill: kbot.TestFill) # Calls `on_fill`.
---@field settle fun(self: kbot.RuleBench, settlement: kbot.TestSettlement) # Calls `on_settle`.
---@field check fun(self: kbot.RuleBench, order?: kbot.TestOrder): kbot.Verdict, string, string, number # The verdict on an order: what, code, text, and the count or the time.
---@field day fun(self: kbot.RuleBench) # Calls `on_day`.

---Facts of a bench's market; what is left out stays as it is, false takes a price away.
---@class kbot.TestMarket
---@field ticker string? # The venue's name of the market.
---@field series string? # The series; KXBTC15M unless given.
---@field bid number|false|nil # Best bid, cents; 49 unless given.
---@field ask number|false|nil # Best ask, cents; 51 unless given.
---@field last number|false|nil # Price of the last trade, cents.
---@field open_time number? # Start of trading, seconds since the epoch; 2026-06-01 00:00 UTC unless given.
---@field close_time number? # End of trading; 15 minutes later unless given.
---@field minutes_left number? # Sets the close to so many minutes from now.
---@field strike number|false|nil # Dollars.
---@field grid "tapered"|"cent"|nil # The price grid; "tapered" unless given.
---@field exposure number? # Dollars at stake in all markets on the same underlying.
---@field status string? # The market's status, such as "active".

---A book in YES prices: each level is { price, count }.
---@class kbot.TestBook
---@field bids number[][]? # Such as { { 45, 100 }, { 44, 50 } }.
---@field asks number[][]? # Such as { { 47, 80 } }.

---What is held in a bench's market. What is left out gets a usual value.
---@class kbot.TestPosition
---@field strategy string? # Strategy that entered.
---@field side "long"|"short"|nil # Direction.
---@field count number? # Contracts.
---@field entry number? # Average entry, cents.
---@field stop number? # Planned stop, cents.
---@field target number? # Planned target, cents.

---Fields of `ctx.account`, in dollars.
---@class kbot.TestAccount
---@field equity number? # Equity now, open positions at the price at which they could leave.
---@field capital number? # Equity at 00:00 UTC.
---@field cash number? # Cash not tied up in positions or resting entries.
---@field exposure number? # What settlement could take, resting entries included.
---@field day_pnl number? # Profit of the UTC day after fees, open positions included.
---@field losing_streak integer? # Losing trades in a row.
---@field open_positions integer? # Positions open and entries pending.

---A candle to close; what is left out follows from the rest.
---@class kbot.TestCandle
---@field open number? # First price.
---@field high number? # Highest price.
---@field low number? # Lowest price.
---@field close number? # Last price.
---@field volume number? # Contracts traded; of an underlying coins, 0 where the source gives none.
---@field trades integer? # Trades; 0 in a flat candle carried at the last price.

---A trade to show. What is left out gets a usual value.
---@class kbot.TestTrade
---@field price number? # Price, cents.
---@field count number? # Contracts.
---@field taker "buy"|"sell"|nil # Whether the taker bought or sold YES; nil when the data does not tell.

---A fill to tell of. What is left out gets a usual value.
---@class kbot.TestFill
---@field role "entry"|"target"|"exit"|nil # What the order was for.
---@field side "buy"|"sell"|nil # Whether YES was bought or sold.
---@field price number? # Price, cents.
---@field count number? # Contracts.
---@field fee number? # The venue's fee, dollars.
---@field maker boolean? # Whether the order rested.
---@field strategy string? # Strategy whose order it was.
---@field net_pnl number? # Net P&L of the trade in dollars, on the fill that closed it.

---A result to tell of. What is left out gets a usual value.
---@class kbot.TestSettlement
---@field result "yes"|"no"|"scalar"|nil # The result.
---@field value number? # What a YES contract pays, cents: 100, 0, or between.
---@field net_pnl number? # Net P&L in dollars of what ended by it; nil when nothing was held.

---An order to judge. What is left out gets a usual value.
---@class kbot.TestOrder
---@field strategy string? # Strategy it comes from.
---@field side "long"|"short"|nil # Direction of the position it opens or reduces.
---@field price number? # Limit price, cents.
---@field count number? # Contracts.
---@field entry number? # Planned entry, cents.
---@field stop number? # Planned stop, cents.
---@field target number? # Planned target, cents.
---@field reducing boolean? # Whether it can only make a position smaller; no rule can stop such an order.

---What to run.
---@class kbot.TestRun
---@field strategy string # A strategy that lies beside the test.
---@field params table<string, any>? # Parameters by name; `script.name` for those of a rule.
---@field rules string[]? # Risk rules.
---@field feed string? # "sim" (the default) or "replay:PATH".
---@field duration string? # Market time, such as "2h".
---@field seed integer? # Seed of all randomness.
---@field settings table<string, string>? # Settings by their names, such as { MAX_POSITIONS = "1" }.

---How a run ended.
---@class kbot.TestResult
---@field trades kbot.TestRoundTrip[] # Closed trades, in order.
---@field metrics table<string, any> # As in the report: net_profit, total_trades, win_rate and so on.
---@field funnel table<string, any> # The report's funnel.
---@field denials table<string, integer> # How often each code denied a signal.

---A closed trade of a run.
---@class kbot.TestRoundTrip
---@field strategy string # Strategy that entered.
---@field market string # Ticker.
---@field side kbot.Side # Direction.
---@field count number # Contracts.
---@field entry number # Average entry, cents.
---@field exit_reason string # How it ended; kbot explain says what each word means.
---@field opened number # First fill, seconds since the epoch.
---@field closed number # End, seconds since the epoch.
---@field gross_pnl number # Dollars.
---@field fees number # Dollars.
---@field net_pnl number # Dollars.
