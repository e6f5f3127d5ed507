//! One program on two databases: the connection, the pool, and transactions by type.
//!
//! Nothing outside this file asks which database it is.

use std::time::Duration;

use chrono::NaiveDate;
use diesel::connection::{Connection, SimpleConnection};
use diesel::deserialize::FromSql;
use diesel::pg::{Pg, PgValue};
use diesel::r2d2::ManageConnection;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::Date;
use diesel::sqlite::{Sqlite, SqliteValue};
use diesel::{PgConnection, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::error::{Error, Result};
use crate::types::parse_day;

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

// The derive makes public items it does not document, and names the float types of SQL.
#[allow(missing_docs, clippy::disallowed_types)]
mod conn {
    use diesel::{PgConnection, SqliteConnection};

    /// A connection to either database.
    #[derive(diesel::MultiConnection)]
    pub enum Conn {
        /// PostgreSQL, for production.
        Pg(PgConnection),
        /// SQLite in a file, the default.
        Sqlite(SqliteConnection),
    }
}
pub use conn::Conn;

/// Runs one expression on the connection of whichever database it is: `on_db!(conn, c => query.execute(c))`.
/// For what the multi-connection cannot compile (upserts, batch inserts).
#[macro_export]
macro_rules! on_db {
    ($conn:expr, $c:ident => $body:expr) => {
        match $conn {
            $crate::db::Conn::Pg($c) => $body,
            $crate::db::Conn::Sqlite($c) => $body,
        }
    };
}

/// A day as it is read by the million. SQLite keeps days as text, and a general parser of dates takes as long as all
/// the rest of reading a purchase.
#[derive(Debug, Clone, Copy, diesel::deserialize::FromSqlRow)]
pub struct Day(pub NaiveDate);

impl FromSql<Date, Pg> for Day {
    fn from_sql(value: PgValue<'_>) -> diesel::deserialize::Result<Self> {
        FromSql::<Date, Pg>::from_sql(value).map(Self)
    }
}

impl FromSql<Date, Sqlite> for Day {
    fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> diesel::deserialize::Result<Self> {
        let text = value.read_text();
        parse_day(text).map(Self).ok_or_else(|| format!("{text:?} is no day").into())
    }
}

/// A statement of SQL whose parameters `$1`, `$2` … may stand in any order. SQLite takes `$2` for a name and numbers
/// names as it meets them; there each becomes `?2`. Text of people never stands in a statement, so no other `$` does.
pub fn in_any_order(conn: &Conn, statement: &str) -> diesel::query_builder::SqlQuery {
    diesel::sql_query(match conn {
        Conn::Pg(_) => statement.to_owned(),
        Conn::Sqlite(_) => statement.replace('$', "?"),
    })
}

/// The same for an `INSERT INTO … SELECT` of very many rows, of which a failing one ends the whole transaction. SQLite
/// would else keep every page that the statement changes, in memory, so as to undo that statement alone; with millions
/// of rows that is most of an index.
pub fn insert_many(conn: &Conn, statement: &str) -> diesel::query_builder::SqlQuery {
    match conn {
        Conn::Pg(_) => in_any_order(conn, statement),
        Conn::Sqlite(_) => {
            in_any_order(conn, &statement.replacen("INSERT INTO", "INSERT OR ROLLBACK INTO", 1))
        }
    }
}

/// Loads many rows of one table the fastest way each database has: COPY on PostgreSQL, statements of 32 rows that are
/// prepared once on SQLite. `load_all!(conn, table, &rows)`; the rows' type says `treat_none_as_default_value = false`.
#[macro_export]
macro_rules! load_all {
    ($conn:expr, $table:expr, $rows:expr) => {{
        let rows: &[_] = $rows;
        match $conn {
            $crate::db::Conn::Pg(c) if !rows.is_empty() => {
                diesel::copy_from($table).from_insertable(rows).execute(c).map(drop)
            }
            $crate::db::Conn::Pg(_) => Ok(()),
            $crate::db::Conn::Sqlite(c) => {
                let (parts, rest) = rows.as_chunks::<32>();
                let parts = parts
                    .iter()
                    .try_for_each(|part| diesel::insert_into($table).values(part).execute(c).map(drop));
                parts.and_then(|()| {
                    rest.iter()
                        .try_for_each(|row| diesel::insert_into($table).values(row).execute(c).map(drop))
                })
            }
        }
    }};
}

/// The right to write: only [`Db::write`] makes one, so writing outside a transaction does not compile.
pub struct Tx<'a>(&'a mut Conn);

impl Tx<'_> {
    /// The connection, for reads and writes inside this transaction.
    pub fn conn(&mut self) -> &mut Conn {
        self.0
    }
}

/// Where the data is.
#[derive(Debug, Clone)]
enum Place {
    Sqlite(String),
    Postgres(String),
}

impl Place {
    fn parse(url: &str) -> Result<Self> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            return Ok(Place::Sqlite(path.to_owned()));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Place::Postgres(url.to_owned()));
        }
        Err(Error::fault("DATABASE_URL must begin with sqlite:// or postgres://"))
    }

    fn connect(&self) -> diesel::ConnectionResult<Conn> {
        match self {
            Place::Postgres(url) => Ok(Conn::Pg(PgConnection::establish(url)?)),
            Place::Sqlite(path) => {
                let mut conn = SqliteConnection::establish(path)?;
                conn.batch_execute(
                    "PRAGMA busy_timeout = 15000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
                     PRAGMA foreign_keys = ON; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;",
                )
                .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
                Ok(Conn::Sqlite(conn))
            }
        }
    }
}

struct Manager(Place);

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> std::result::Result<Conn, Self::Error> {
        self.0.connect().map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut Conn) -> std::result::Result<(), Self::Error> {
        conn.batch_execute("SELECT 1").map_err(diesel::r2d2::Error::QueryError)
    }

    /// A connection given back by a panicking thread may hold an open transaction: drop it.
    fn has_broken(&self, _: &mut Conn) -> bool {
        std::thread::panicking()
    }
}

/// The pool of connections. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pool: diesel::r2d2::Pool<Manager>,
    place: Place,
}

/// How often a lost race is tried again before the fault is shown.
const TRIES: u32 = 12;

impl Db {
    /// Opens the database at `url`; makes a missing SQLite file.
    pub fn open(url: &str, connections: u32) -> Result<Self> {
        let place = Place::parse(url)?;
        let pool = diesel::r2d2::Pool::builder()
            .max_size(connections)
            .min_idle(Some(1))
            .test_on_check_out(matches!(place, Place::Postgres(_)))
            .connection_timeout(Duration::from_secs(10))
            .build(Manager(place.clone()))
            .map_err(|e| Error::Fault(Box::new(e)))?;
        Ok(Self { pool, place })
    }

    /// Whether `url` names a SQLite file that is not there yet.
    pub fn is_missing(url: &str) -> bool {
        match Place::parse(url) {
            Ok(Place::Sqlite(path)) => !std::path::Path::new(&path).exists(),
            _ => false,
        }
    }

    /// Brings the tables up to date, one process at a time.
    pub fn migrate(&self) -> Result<()> {
        let mut conn = self.place.connect().map_err(|e| Error::Fault(Box::new(e)))?;
        match &mut conn {
            Conn::Sqlite(c) => c.run_pending_migrations(SQLITE_MIGRATIONS).map(drop).map_err(Error::Fault),
            Conn::Pg(c) => {
                // A session lock: migrations need a direct connection, not one through a transaction pooler.
                c.batch_execute("SELECT pg_advisory_lock(7148203)")?;
                let done = c.run_pending_migrations(POSTGRES_MIGRATIONS).map(drop).map_err(Error::Fault);
                c.batch_execute("SELECT pg_advisory_unlock(7148203)")?;
                done
            }
        }
    }

    /// Whether the tables are behind this program.
    pub fn is_behind(&self) -> Result<bool> {
        let mut conn = self.place.connect().map_err(|e| Error::Fault(Box::new(e)))?;
        match &mut conn {
            Conn::Sqlite(c) => c.has_pending_migration(SQLITE_MIGRATIONS).map_err(Error::Fault),
            Conn::Pg(c) => c.has_pending_migration(POSTGRES_MIGRATIONS).map_err(Error::Fault),
        }
    }

    /// Reads at one moment: every query in `body` sees the same state.
    pub fn read<T>(&self, body: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let mut conn = self.pool.get().map_err(|e| Error::Fault(Box::new(e)))?;
        let begin = match &*conn {
            Conn::Pg(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Conn::Sqlite(_) => "BEGIN DEFERRED",
        };
        conn.batch_execute(begin)?;
        let result = body(&mut conn);
        conn.batch_execute("ROLLBACK")?;
        result
    }

    /// The same for reading a large part of a database from end to end: a page is looked at once, so SQLite is given 4 MB
    /// to hold pages in.
    pub fn read_large<T>(&self, body: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        self.read(|conn| {
            if let Conn::Sqlite(c) = conn {
                c.batch_execute("PRAGMA cache_size = -4096")?;
            }
            let result = body(conn);
            if let Conn::Sqlite(c) = conn {
                c.batch_execute("PRAGMA cache_size = -65536")?;
            }
            result
        })
    }

    /// Runs a serializable transaction and tries again when it lost a race. `body` can run more than once,
    /// so it only reads and writes the database.
    pub fn write<T>(&self, body: impl FnMut(&mut Tx) -> Result<T>) -> Result<T> {
        let mut conn = self.pool.get().map_err(|e| Error::Fault(Box::new(e)))?;
        Self::until_won(&mut conn, body)
    }

    /// The same for a transaction that writes a large part of a database: SQLite is given 112 MB to hold pages in, and
    /// what it sorts or may have to undo goes to a file instead of memory.
    pub fn write_large<T>(&self, body: impl FnMut(&mut Tx) -> Result<T>) -> Result<T> {
        let mut conn = self.pool.get().map_err(|e| Error::Fault(Box::new(e)))?;
        if let Conn::Sqlite(c) = &mut *conn {
            c.batch_execute("PRAGMA cache_size = -114688; PRAGMA temp_store = FILE")?;
        }
        let result = Self::until_won(&mut conn, body);
        if let Conn::Sqlite(c) = &mut *conn {
            c.batch_execute("PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; PRAGMA shrink_memory")?;
        }
        result
    }

    fn until_won<T>(conn: &mut Conn, mut body: impl FnMut(&mut Tx) -> Result<T>) -> Result<T> {
        let mut tries = 0;
        loop {
            tries += 1;
            match Self::once(conn, &mut body) {
                Err(Error::Database(e)) if tries < TRIES && lost_race(&e) => {
                    std::thread::sleep(Duration::from_millis(u64::from(tries) * 7));
                }
                result => return result,
            }
        }
    }

    fn once<T>(conn: &mut Conn, body: &mut impl FnMut(&mut Tx) -> Result<T>) -> Result<T> {
        let begin = match conn {
            Conn::Pg(_) => "BEGIN ISOLATION LEVEL SERIALIZABLE",
            Conn::Sqlite(_) => "BEGIN IMMEDIATE",
        };
        conn.batch_execute(begin)?;
        let result = body(&mut Tx(conn));
        let ended = match &result {
            Ok(_) => conn.batch_execute("COMMIT"),
            Err(_) => conn.batch_execute("ROLLBACK"),
        };
        match (result, ended) {
            (Ok(value), Ok(())) => Ok(value),
            (Ok(_), Err(e)) => {
                // A refused COMMIT leaves SQLite inside the transaction; PostgreSQL has already left it.
                if let Conn::Sqlite(c) = conn {
                    let _ = c.batch_execute("ROLLBACK");
                }
                Err(Error::Database(e))
            }
            (Err(e), _) => Err(e),
        }
    }

    /// Copies the whole database, as of one moment, into a new SQLite file. PostgreSQL has its own tools.
    pub fn backup(&self, file: &str) -> Result<()> {
        let mut conn = self.pool.get().map_err(|e| Error::Fault(Box::new(e)))?;
        match &mut *conn {
            Conn::Sqlite(c) => {
                use diesel::RunQueryDsl;
                diesel::sql_query("VACUUM INTO ?").bind::<diesel::sql_types::Text, _>(file).execute(c)?;
                Ok(())
            }
            Conn::Pg(_) => Err(Error::fault("PostgreSQL is backed up with pg_dump or continuous archiving")),
        }
    }
}

/// Two writers met and this one lost: running it again gives the right answer.
fn lost_race(error: &DieselError) -> bool {
    match error {
        DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => false,
        DieselError::DatabaseError(_, info) => {
            let message = info.message();
            message.contains("deadlock detected")
                || message.contains("could not serialize")
                || message.contains("database is locked")
                || message.contains("database table is locked")
        }
        _ => false,
    }
}

/// Takes an empty table's indexes away before a large load, to be made after it in the same transaction: PostgreSQL makes
/// them several times faster at once than row by row, and readers wait meanwhile. SQLite keeps them: rows come in the
/// order of an index, and making one would sort all rows in memory.
pub fn drop_indexes(tx: &mut Tx, indexes: &[Index]) -> Result<()> {
    for index in indexes {
        if let Conn::Pg(c) = tx.conn() {
            c.batch_execute(&format!("DROP INDEX {}", index.name))?;
        }
    }
    Ok(())
}

/// Makes the indexes that [`drop_indexes`] took away.
pub fn make_indexes(tx: &mut Tx, indexes: &[Index]) -> Result<()> {
    for index in indexes {
        if let Conn::Pg(c) = tx.conn() {
            c.batch_execute(&format!("CREATE INDEX {} ON {}", index.name, index.columns))?;
        }
    }
    Ok(())
}

/// An index as its migration makes it.
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// Its table and columns.
    pub columns: &'static str,
}

/// Takes every row of a table of passing things, whose name is code's, not people's. On PostgreSQL nobody can read the
/// table until the transaction ends.
pub fn empty(tx: &mut Tx, table: &str) -> Result<()> {
    let conn = tx.conn();
    let statement = match conn {
        Conn::Pg(_) => format!("TRUNCATE {table}"),
        Conn::Sqlite(_) => format!("DELETE FROM {table}"),
    };
    Ok(conn.batch_execute(&statement)?)
}

/// The next number of a gap-free sequence. The counter's row is locked until the transaction ends, so numbers
/// become visible in their order: a reader that has seen `n` will never meet a smaller one later.
pub fn next_number(tx: &mut Tx, name: &str) -> Result<i64> {
    next_numbers(tx, name, 1)
}

/// The first of the next `count` numbers of a gap-free sequence, all taken at once.
pub fn next_numbers(tx: &mut Tx, name: &str, count: i64) -> Result<i64> {
    use crate::schema::counters::dsl;
    use diesel::prelude::*;
    let conn = tx.conn();
    let changed =
        diesel::update(dsl::counters.find(name)).set(dsl::value.eq(dsl::value + count)).execute(conn)?;
    if changed == 0 {
        diesel::insert_into(dsl::counters)
            .values((dsl::name.eq(name), dsl::value.eq(count)))
            .execute(conn)?;
        return Ok(1);
    }
    let last: i64 = dsl::counters.find(name).select(dsl::value).first(conn)?;
    Ok(last - count + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_a_general_parser_reads_them() {
        let check = |text: &str| {
            assert_eq!(parse_day(text), NaiveDate::parse_from_str(text, "%Y-%m-%d").ok(), "{text}");
        };
        ["2026-11-27", "2028-02-29", "2027-02-29", "0001-01-01", "9999-12-31", "2026-13-01", "2026-00-10"]
            .into_iter()
            .for_each(check);
        for text in ["", "2026-1-1", "2026/11/27", "2026-11-27 ", "２026-11", "-026-11-27", "2026-11-2x"] {
            assert_eq!(parse_day(text), None, "{text}");
        }
    }
}
