"""Calls kbot exchange with Kalshi's official client, which is strict about every reply.

    calls.py REST_URL CA_FILE KEY_ID PRIVATE_KEY_FILE

One line a call; the first that fails ends the program with the reply it got. Each reply is also written back from its
model and compared with what came: no key of the model may have been lost or changed its kind.
"""

import inspect
import json
import sys
import time
import uuid

import kalshi_python_sync as kalshi
from kalshi_python_sync.exceptions import ApiException

rest, authority, key_id, key_file = sys.argv[1:5]

configuration = kalshi.Configuration(host=rest)
configuration.ssl_ca_cert = authority or None
configuration.retries = False
with open(key_file, encoding="utf-8") as file:
    configuration.private_key_pem = file.read()
configuration.api_key_id = key_id
client = kalshi.KalshiClient(configuration) if hasattr(kalshi, "KalshiClient") else kalshi.ApiClient(configuration)

done = 0
shard = 2


def apis():
    from kalshi_python_sync import api

    names = [name for name in dir(api) if name.endswith("Api")]
    return {name: getattr(api, name)(client) for name in names}


API = apis()


def lost(model, body, path=""):
    """What a reply has and its model does not give back."""
    if isinstance(body, dict):
        if not isinstance(model, dict):
            return [f"{path}: {type(model).__name__} for an object"]
        found = []
        for key, value in body.items():
            if key not in model:
                # A key the model does not know is no loss; one that is null need not come back.
                continue
            found += lost(model[key], value, f"{path}.{key}")
        return found
    if isinstance(body, list):
        if not isinstance(model, list) or len(model) != len(body):
            return [f"{path}: a list of another length"]
        return [item for index, pair in enumerate(zip(model, body)) for item in lost(*pair, f"{path}[{index}]")]
    if isinstance(body, str) and hasattr(model, "isoformat"):
        return []
    if isinstance(body, (int, float)) and isinstance(model, (int, float)):
        return [] if float(body) == float(model) else [f"{path}: {model!r} for {body!r}"]
    model = getattr(model, "value", model)
    return [] if model == body else [f"{path}: {model!r} for {body!r}"]


def required(model_class, body, path=""):
    """Required keys of a model that a reply lacks."""
    fields = getattr(model_class, "model_fields", {})
    return [
        f"{path}.{field.alias or name}"
        for name, field in fields.items()
        if field.is_required() and (field.alias or name) not in body
    ]


def with_body(function, named):
    """Puts what belongs into a request's body into its model, which the client's plain methods do by themselves."""
    for parameter in inspect.signature(function).parameters:
        if parameter.endswith("_request"):
            model = getattr(kalshi.models, "".join(part.capitalize() for part in parameter.split("_")))
            body = {key: named.pop(key) for key in list(named) if key in model.model_fields}
            named[parameter] = model.from_dict(body)
    return named


def call(api, name, *arguments, expect=200, **named):
    """Makes a call, checks its status and its model, and gives the model."""
    global done
    shown = f"{name}({', '.join([str(a) for a in arguments] + [f'{k}={v}' for k, v in named.items()])})"
    try:
        function = getattr(API[api], name + "_with_http_info")
        reply = function(*arguments, **with_body(function, dict(named)))
    except ApiException as error:
        sys.exit(f"FAILED {shown[:200]}: status {error.status}, body {error.body}")
    except Exception as error:
        sys.exit(f"FAILED {shown[:200]}: {error}\nreply: {raw(api, name, arguments, named)}")
    if reply.status_code != expect:
        sys.exit(f"FAILED {shown[:200]}: status {reply.status_code} and not {expect}")
    body = json.loads(reply.raw_data) if reply.raw_data else None
    problems = []
    if body is not None and hasattr(reply.data, "to_dict"):
        problems = required(type(reply.data), body) + lost(reply.data.to_dict(), body)
    if problems:
        sys.exit(f"FAILED {shown[:200]}: {problems}\nreply: {json.dumps(body)[:2000]}")
    done += 1
    print(f"ok {reply.status_code} {shown[:150]}")
    return reply.data


def raw(api, name, arguments, named):
    """The reply as text, where the client could not read it."""
    try:
        function = getattr(API[api], name + "_without_preload_content")
        reply = function(*arguments, **with_body(function, dict(named)))
        return reply.data[:4000]
    except Exception as error:
        return f"(not to be had: {error})"


def refused(api, name, status, *arguments, **named):
    """A call that must be refused with a status."""
    global done
    try:
        getattr(API[api], name)(*arguments, **named)
    except ApiException as error:
        if error.status == status:
            done += 1
            print(f"ok {status} {name} is refused")
            return
        sys.exit(f"FAILED {name}: status {error.status} and not {status}: {error.body}")
    sys.exit(f"FAILED {name}: was not refused with {status}")


def until(what, ready):
    """Waits for what the exchange does by itself."""
    for _ in range(100):
        found = ready()
        if found:
            return found
        time.sleep(0.1)
    sys.exit(f"FAILED: {what} did not happen within 10 s")


def public():
    """Reads what needs no account; gives the market that trades."""
    status = call("ExchangeApi", "get_exchange_status")
    if not status.trading_active:
        sys.exit("FAILED: trading is not active")
    call("ExchangeApi", "get_exchange_schedule")
    call("ExchangeApi", "get_user_data_timestamp")
    call("ExchangeApi", "get_series_fee_changes")
    series = call("MarketApi", "get_series_list", category="Crypto").series
    name = series[0].ticker
    call("MarketApi", "get_series", name)
    events = call("EventsApi", "get_events", series_ticker=name, limit=5, with_nested_markets=True).events
    call("EventsApi", "get_event", events[0].event_ticker)
    call("EventsApi", "get_event", events[0].event_ticker, with_nested_markets=True)
    call("EventsApi", "get_event_metadata", events[0].event_ticker)
    market = until(
        "an open market",
        lambda: next(iter(call("MarketApi", "get_markets", series_ticker=name, status="open").markets), None),
    )
    for word in ["unopened", "closed", "settled"]:
        call("MarketApi", "get_markets", series_ticker=name, status=word, limit=3)
    page = call("MarketApi", "get_markets", limit=1)
    if page.cursor:
        call("MarketApi", "get_markets", limit=1, cursor=page.cursor)
    call("MarketApi", "get_markets", tickers=market.ticker, mve_filter="exclude")
    call("MarketApi", "get_market", market.ticker)
    call("MarketApi", "get_market_orderbook", market.ticker, depth=5)
    call("MarketApi", "get_market_orderbooks", tickers=[market.ticker])
    until("a trade", lambda: call("MarketApi", "get_trades", ticker=market.ticker, limit=3).trades)
    now = int(time.time())
    span = {"start_ts": now - 3600, "end_ts": now + 3600, "period_interval": 1}
    call("MarketApi", "get_market_candlesticks", name, market.ticker, **span)
    call("MarketApi", "batch_get_market_candlesticks", market_tickers=market.ticker, **span)
    call("EventsApi", "get_market_candlesticks_by_event", market.event_ticker, name, **span)
    call("HistoricalApi", "get_historical_cutoff")
    call("HistoricalApi", "get_historical_markets", limit=2)
    call("AccountApi", "get_account_endpoint_costs")
    return market


def account():
    """Reads what an account has."""
    call("AccountApi", "get_account_api_limits")
    call("PortfolioApi", "get_balance")
    call("PortfolioApi", "get_balance", exchange_index=shard)
    call("PortfolioApi", "get_positions")
    call("PortfolioApi", "get_fills", limit=5)
    call("PortfolioApi", "get_settlements", limit=5)
    call("OrdersApi", "get_orders", limit=5)
    call("ApiKeysApi", "get_api_keys")


def new(market, side, price, count="2.00", **fields):
    """A request for an order of its own id."""
    order = {
        "ticker": market.ticker,
        "client_order_id": str(uuid.uuid4()),
        "side": side,
        "count": count,
        "price": price,
        "time_in_force": "good_till_canceled",
        "self_trade_prevention_type": "taker_at_cross",
        "exchange_index": shard,
    }
    order.update(fields)
    return order


def rest_orders(market):
    """Makes, changes and cancels orders that rest."""
    order = new(market, "bid", "0.0100", count="5.00", post_only=True)
    made = call("OrdersApi", "create_order_v2", expect=201, **order)
    refused("OrdersApi", "create_order_v2", 409, **order)
    call("OrdersApi", "get_order", made.order_id)
    call("OrdersApi", "get_orders", status="resting", ticker=market.ticker)
    call("OrdersApi", "get_order_queue_position", made.order_id)
    call("OrdersApi", "get_order_queue_positions", market_tickers=market.ticker)
    call(
        "OrdersApi", "amend_order_v2", made.order_id, ticker=market.ticker, side="bid", price="0.0200", count="6.00",
        client_order_id=order["client_order_id"], updated_client_order_id=str(uuid.uuid4()), exchange_index=shard,
    )
    call("OrdersApi", "decrease_order_v2", made.order_id, reduce_by="2.00", exchange_index=shard)
    call("OrdersApi", "decrease_order_v2", made.order_id, reduce_to="3.00", exchange_index=shard)
    gone = call("OrdersApi", "cancel_order_v2", made.order_id, exchange_index=shard)
    if gone.reduced_by != "3.00":
        sys.exit(f"FAILED: cancelled {gone.reduced_by} and not 3.00")
    refused("OrdersApi", "cancel_order_v2", 404, made.order_id, exchange_index=shard)
    call("OrdersApi", "get_orders", status="canceled", limit=2)

    batch = [new(market, "bid", "0.0100"), new(market, "ask", "0.9900"), new(market, "bid", "0.5555")]
    made = call("OrdersApi", "batch_create_orders_v2", expect=201, orders=batch).orders
    if made[2].error is None:
        sys.exit("FAILED: a price off the grid was taken")
    ids = [{"order_id": item.order_id, "exchange_index": shard} for item in made[:2]]
    call("OrdersApi", "batch_cancel_orders_v2", orders=ids)
    last = call("OrdersApi", "create_order_v2", expect=201, **new(market, "bid", "0.0100"))
    call("OrdersApi", "cancel_all_orders", expect=204)
    if call("OrdersApi", "get_order", last.order_id).order.status != "canceled":
        sys.exit("FAILED: cancelling all left an order")


def trade(market):
    """Buys and sells at once, and reads what came of it."""
    ioc = {"time_in_force": "immediate_or_cancel"}
    bought = call("OrdersApi", "create_order_v2", expect=201, **new(market, "bid", "0.9900", count="3.00", **ioc))
    if bought.fill_count == "0.00":
        sys.exit("FAILED: nothing was bought at 0.99")
    call("PortfolioApi", "get_positions", ticker=market.ticker)
    call("PortfolioApi", "get_fills", order_id=bought.order_id)
    call("PortfolioApi", "get_fills", limit=1)
    call("OrdersApi", "get_order", bought.order_id)
    call("OrdersApi", "create_order_v2", expect=201, **new(market, "ask", "0.0100", "1.00", reduce_only=True, **ioc))
    call("PortfolioApi", "get_balance")
    refused("OrdersApi", "create_order_v2", 400, **new(market, "bid", "0.5000", reduce_only=True))
    refused("OrdersApi", "create_order_v2", 400, **new(market, "bid", "0.5000", count="100000000.00"))


def groups(market):
    """Order groups, transfers and subaccounts."""
    group = call("OrderGroupsApi", "create_order_group", expect=201, contracts_limit=50, exchange_index=shard)
    identity = group.order_group_id
    call("OrdersApi", "create_order_v2", expect=201, **new(market, "bid", "0.0100", order_group_id=identity))
    call("OrderGroupsApi", "get_order_groups")
    call("OrderGroupsApi", "get_order_group", identity)
    call("OrderGroupsApi", "update_order_group_limit", identity, contracts_limit=60, exchange_index=shard)
    call("OrderGroupsApi", "trigger_order_group", identity, exchange_index=shard)
    call("OrderGroupsApi", "reset_order_group", identity, exchange_index=shard)
    call("OrderGroupsApi", "delete_order_group", identity, exchange_index=shard)
    call(
        "PortfolioApi", "intra_exchange_instance_transfer", source="event_contract", destination="event_contract",
        amount=10_000, source_exchange_shard=shard, destination_exchange_shard=0, source_subaccount=0,
        destination_subaccount=0,
    )
    call("PortfolioApi", "get_intra_exchange_instance_transfers")
    call("PortfolioApi", "create_subaccount", expect=201)
    call("PortfolioApi", "get_subaccount_balances")


market = public()
account()
rest_orders(market)
trade(market)
groups(market)
account()
print(f"{done} calls, all accepted")
