-- A journal as the first migration left it, with one run of a paper account. Never changed: what is released must upgrade.
PRAGMA foreign_keys = OFF;
PRAGMA user_version = 1;
PRAGMA application_id = 1801613172;
BEGIN TRANSACTION;
CREATE TABLE accounts (
          id INTEGER PRIMARY KEY,
          name TEXT NOT NULL,
          kind TEXT NOT NULL CHECK (kind IN ('paper', 'demo', 'live')),
          tag TEXT NOT NULL UNIQUE,
          identity TEXT NOT NULL,
          created INTEGER NOT NULL,
          ended INTEGER
        ) STRICT;
INSERT INTO "accounts" VALUES(1,'main','paper','0a1b2c3d','abc',1775034000000000,NULL);
CREATE TABLE blocks (
          run_id INTEGER NOT NULL REFERENCES runs (id),
          number INTEGER NOT NULL,
          time INTEGER NOT NULL,
          code TEXT NOT NULL,
          blocked INTEGER NOT NULL CHECK (blocked IN (0, 1)),
          PRIMARY KEY (run_id, number)
        ) STRICT, WITHOUT ROWID;
CREATE TABLE candles (
          run_id INTEGER NOT NULL REFERENCES runs (id),
          market INTEGER NOT NULL,
          interval INTEGER NOT NULL,
          start INTEGER NOT NULL,
          open INTEGER NOT NULL,
          high INTEGER NOT NULL,
          low INTEGER NOT NULL,
          close INTEGER NOT NULL,
          volume INTEGER NOT NULL,
          trades INTEGER NOT NULL,
          PRIMARY KEY (run_id, market, interval, start)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "candles" VALUES(1,0,5000000,1775034100000000,5000,5100,4900,5000,1200,3);
CREATE TABLE checkpoints (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          run_id INTEGER NOT NULL REFERENCES runs (id),
          is_first INTEGER NOT NULL CHECK (is_first IN (0, 1)),
          after_events INTEGER NOT NULL,
          time INTEGER NOT NULL,
          last_order INTEGER NOT NULL,
          engine BLOB NOT NULL,
          venue BLOB,
          scripts BLOB
        ) STRICT;
INSERT INTO "checkpoints" VALUES(1,1,1,10,1775034100000000,1,X'7B7D',X'7B7D',NULL);
INSERT INTO "checkpoints" VALUES(5,1,0,1000,1775034150000000,2,X'7B7D',X'7B7D',NULL);
CREATE TABLE effect_chunks (
          id INTEGER PRIMARY KEY,
          run_id INTEGER NOT NULL REFERENCES runs (id),
          first INTEGER NOT NULL,
          count INTEGER NOT NULL,
          size INTEGER NOT NULL,
          crc INTEGER NOT NULL,
          bytes BLOB NOT NULL,
          UNIQUE (run_id, first)
        ) STRICT;
CREATE TABLE fills (
          run_id INTEGER NOT NULL REFERENCES runs (id),
          number INTEGER NOT NULL,
          time INTEGER NOT NULL,
          order_run_id INTEGER NOT NULL,
          sequence INTEGER NOT NULL,
          trade INTEGER NOT NULL,
          ticker TEXT NOT NULL,
          role TEXT NOT NULL,
          side TEXT NOT NULL CHECK (side IN ('bid', 'ask')),
          price INTEGER NOT NULL,
          count INTEGER NOT NULL,
          liquidity TEXT NOT NULL,
          fee INTEGER NOT NULL,
          PRIMARY KEY (run_id, number),
          UNIQUE (order_run_id, sequence, trade)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "fills" VALUES(1,2,1775034110000000,1,1,7,'KXBTC15M-26APR010915-15','entry','bid',4700,500,'maker',12345);
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
INSERT INTO "grdb_migrations" VALUES('1 runs, orders, chunks');
CREATE TABLE input_chunks (
          id INTEGER PRIMARY KEY,
          run_id INTEGER NOT NULL REFERENCES runs (id),
          first INTEGER NOT NULL,
          count INTEGER NOT NULL,
          crc INTEGER NOT NULL,
          bytes BLOB NOT NULL,
          UNIQUE (run_id, first)
        ) STRICT;
CREATE TABLE markets (
          run_id INTEGER NOT NULL REFERENCES runs (id),
          number INTEGER NOT NULL,
          ticker TEXT NOT NULL,
          series TEXT NOT NULL,
          opens INTEGER NOT NULL,
          closes INTEGER NOT NULL,
          strike INTEGER,
          status TEXT NOT NULL,
          PRIMARY KEY (run_id, number)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "markets" VALUES(1,0,'KXBTC15M-26APR010915-15','KXBTC15M',1775034000000000,1775034900000000,950000000,'active');
CREATE TABLE messages (
          run_id INTEGER NOT NULL REFERENCES runs (id),
          number INTEGER NOT NULL,
          time INTEGER NOT NULL,
          ticker TEXT,
          kind TEXT NOT NULL CHECK (kind IN ('warning', 'script', 'verdict')),
          source TEXT NOT NULL,
          text TEXT NOT NULL,
          PRIMARY KEY (run_id, number)
        ) STRICT, WITHOUT ROWID;
CREATE TABLE order_events (
          run_id INTEGER NOT NULL REFERENCES runs (id),
          number INTEGER NOT NULL,
          time INTEGER NOT NULL,
          order_run_id INTEGER NOT NULL,
          sequence INTEGER NOT NULL,
          state TEXT NOT NULL,
          price INTEGER NOT NULL,
          count INTEGER NOT NULL,
          filled INTEGER NOT NULL,
          remaining INTEGER NOT NULL,
          why TEXT,
          PRIMARY KEY (run_id, number)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "order_events" VALUES(1,1,1775034110000000,1,1,'filled',4700,500,500,0,NULL);
CREATE TABLE orders (
          run_id INTEGER NOT NULL REFERENCES runs (id),
          sequence INTEGER NOT NULL,
          ticker TEXT NOT NULL,
          market INTEGER NOT NULL,
          strategy TEXT,
          role TEXT NOT NULL,
          side TEXT NOT NULL CHECK (side IN ('bid', 'ask')),
          price INTEGER NOT NULL,
          count INTEGER NOT NULL,
          time_in_force TEXT NOT NULL CHECK (time_in_force IN ('gtc', 'ioc', 'fok')),
          expires INTEGER,
          reduce_only INTEGER NOT NULL CHECK (reduce_only IN (0, 1)),
          state TEXT NOT NULL,
          filled INTEGER NOT NULL,
          remaining INTEGER NOT NULL,
          created INTEGER NOT NULL,
          updated INTEGER NOT NULL,
          why TEXT,
          intent TEXT,
          PRIMARY KEY (run_id, sequence)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "orders" VALUES(1,1,'KXBTC15M-26APR010915-15',0,'fade','entry','bid',4700,500,'gtc',1775034300000000,0,'filled',500,0,1775034100000000,1775034110000000,NULL,'{}');
INSERT INTO "orders" VALUES(1,2,'KXBTC15M-26APR010915-15',0,'fade','target','ask',6500,500,'gtc',NULL,0,'resting',0,500,1775034110000000,1775034110000000,NULL,'{}');
INSERT INTO "orders" VALUES(1,3,'KXBTC15M-26APR010915-15',0,'fade','exit','ask',4000,500,'ioc',NULL,1,'sent',0,500,1775034200000000,1775034200000000,NULL,'{}');
CREATE TABLE runs (
          id INTEGER PRIMARY KEY AUTOINCREMENT,
          name TEXT NOT NULL UNIQUE,
          kind TEXT NOT NULL CHECK (kind IN ('sim', 'replay', 'backtest', 'paper', 'demo', 'live')),
          account_id INTEGER REFERENCES accounts (id),
          epoch INTEGER NOT NULL,
          version TEXT NOT NULL,
          seed TEXT NOT NULL,
          started INTEGER NOT NULL,
          seen INTEGER NOT NULL,
          ended INTEGER,
          ending TEXT,
          plan TEXT NOT NULL,
          configuration TEXT NOT NULL,
          inputs TEXT,
          records_inputs INTEGER NOT NULL CHECK (records_inputs IN (0, 1)),
          resumed_from INTEGER,
          report TEXT,
          UNIQUE (account_id, epoch)
        ) STRICT;
INSERT INTO "runs" VALUES(1,'20260401-090000-aaaa','paper',1,0,'0.1.0','1',1775034000000000,1775037500000000,1775037600000000,'done','{"mode":"paper"}','{}',NULL,1,NULL,NULL);
CREATE TABLE script_files (
          run_id INTEGER NOT NULL,
          script TEXT NOT NULL,
          generation INTEGER NOT NULL,
          position INTEGER NOT NULL,
          name TEXT NOT NULL,
          path TEXT NOT NULL,
          hash TEXT NOT NULL REFERENCES script_texts (hash),
          PRIMARY KEY (run_id, script, generation, position),
          FOREIGN KEY (run_id, script, generation) REFERENCES scripts (run_id, name, generation)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "script_files" VALUES(1,'fade',1,0,'fade','/s/fade.lua','f00d');
CREATE TABLE script_texts (
          hash TEXT PRIMARY KEY,
          text TEXT NOT NULL
        ) STRICT;
INSERT INTO "script_texts" VALUES('f00d','return {}');
CREATE TABLE scripts (
          run_id INTEGER NOT NULL REFERENCES runs (id),
          name TEXT NOT NULL,
          generation INTEGER NOT NULL,
          kind TEXT NOT NULL CHECK (kind IN ('strategy', 'rule')),
          hash TEXT NOT NULL,
          position INTEGER NOT NULL,
          PRIMARY KEY (run_id, name, generation)
        ) STRICT, WITHOUT ROWID;
INSERT INTO "scripts" VALUES(1,'fade',1,'strategy','beef',0);
CREATE TABLE settlements (
          run_id INTEGER NOT NULL REFERENCES runs (id),
          ticker TEXT NOT NULL,
          time INTEGER NOT NULL,
          result TEXT NOT NULL,
          value INTEGER NOT NULL,
          inferred INTEGER NOT NULL CHECK (inferred IN (0, 1)),
          PRIMARY KEY (run_id, ticker)
        ) STRICT, WITHOUT ROWID;
CREATE TABLE signals (
          run_id INTEGER NOT NULL REFERENCES runs (id),
          number INTEGER NOT NULL,
          time INTEGER NOT NULL,
          ticker TEXT NOT NULL,
          strategy TEXT NOT NULL,
          kind TEXT NOT NULL CHECK (kind IN ('signal', 'denied', 'exit')),
          side TEXT,
          entry INTEGER,
          stop INTEGER,
          target INTEGER,
          code TEXT,
          text TEXT,
          PRIMARY KEY (run_id, number)
        ) STRICT, WITHOUT ROWID;
CREATE TABLE spot_candles (
          run_id INTEGER NOT NULL REFERENCES runs (id),
          symbol TEXT NOT NULL,
          interval INTEGER NOT NULL,
          start INTEGER NOT NULL,
          open INTEGER NOT NULL,
          high INTEGER NOT NULL,
          low INTEGER NOT NULL,
          close INTEGER NOT NULL,
          ticks INTEGER NOT NULL,
          PRIMARY KEY (run_id, symbol, interval, start)
        ) STRICT, WITHOUT ROWID;
CREATE TABLE trades (
          run_id INTEGER NOT NULL REFERENCES runs (id),
          number INTEGER NOT NULL,
          strategy TEXT NOT NULL,
          ticker TEXT NOT NULL,
          side TEXT NOT NULL CHECK (side IN ('long', 'short')),
          count INTEGER NOT NULL,
          entry_value INTEGER NOT NULL,
          exit_value INTEGER NOT NULL,
          gross_pnl INTEGER NOT NULL,
          fees INTEGER NOT NULL,
          net_pnl INTEGER NOT NULL,
          opened INTEGER NOT NULL,
          closed INTEGER NOT NULL,
          exit TEXT NOT NULL,
          planned_entry INTEGER NOT NULL,
          planned_stop INTEGER NOT NULL,
          planned_target INTEGER NOT NULL,
          settled INTEGER NOT NULL,
          corrections INTEGER NOT NULL DEFAULT 0,
          PRIMARY KEY (run_id, number)
        ) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX accounts_current ON accounts (name) WHERE ended IS NULL;
CREATE INDEX script_files_by_hash ON script_files (hash);
CREATE INDEX checkpoints_by_run ON checkpoints (run_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('runs',1);
INSERT INTO "sqlite_sequence" VALUES('checkpoints',5);
COMMIT;
