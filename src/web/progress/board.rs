//! `/progress`: agreed volume against purchases beside the time elapsed, by hospital, lot, supplier or region.

use std::cmp::Ordering;

use actix_web::{HttpResponse, web};
use askama::Template;
use rust_decimal::Decimal;

use crate::contracts::store;
use crate::db::Conn;
use crate::error::Result;
use crate::people::Who;
use crate::supply::progress::{self, Cause, Group, Part, rules};
use crate::text::fill;
use crate::types::Time;
use crate::web::progress::chart::{self, Chart};
use crate::web::progress::{Asked, counted, percent};
use crate::web::{App, Page, Person, page};

/// Groups of one page of the table.
const PAGE: usize = 100;

/// What a board shows.
pub(super) struct Loaded {
    /// By what.
    pub part: Part,
    /// Every group that fits, sorted.
    pub groups: Vec<(Group, Cause)>,
    /// All of them together.
    pub total: Group,
    /// By how much they may lag.
    pub points: Decimal,
    rounds: Vec<(String, String)>,
    parts: &'static [Part],
    is_kept: bool,
}

/// Reads the groups a reader asks for.
pub(super) fn load(conn: &mut Conn, who: &Who, asked: &Asked, now: Time) -> Result<Loaded> {
    let scope = asked.scope(who, now.day())?;
    let part = asked.part(&scope)?;
    let points = progress::points(conn, now.day())?;
    let judged = progress::groups(conn, &scope, part, now.day())?.into_iter();
    let judged = judged.map(|it| {
        let cause = rules::cause(&it.numbers, points);
        (it, cause)
    });
    let fits = |(_, cause): &(Group, Cause)| !asked.is_behind_only() || *cause != Cause::OnTrack;
    let mut groups: Vec<(Group, Cause)> = judged.filter(fits).collect();
    groups.sort_by(|(a, _), (b, _)| order(&asked.sort, a, b));
    let plain: Vec<Group> = groups.iter().map(|(it, _)| it.clone()).collect();
    let rounds = store::rounds_with_contracts(conn)?;
    Ok(Loaded {
        part,
        total: progress::total(&plain),
        groups,
        points,
        rounds: rounds
            .into_iter()
            .map(|(id, number, title)| (id.to_string(), format!("{number} {title}")))
            .collect(),
        parts: Part::for_side(scope.party.as_ref().map(|(party, _)| *party)),
        is_kept: scope.party.is_none(),
    })
}

/// The order asked for: the furthest behind or the lowest rate first, groups without one last.
fn order(sort: &str, a: &Group, b: &Group) -> Ordering {
    let low = |a: Option<Decimal>, b: Option<Decimal>| match (a, b) {
        (Some(a), Some(b)) => a.cmp(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    let (x, y) = (&a.numbers, &b.numbers);
    let by = match sort {
        "code" => Ordering::Equal,
        "used" => low(x.used_share(), y.used_share()),
        "fill" => low(x.fill_rate(), y.fill_rate()),
        "on_time" => low(x.on_time_rate(), y.on_time_rate()),
        _ => y.lag().cmp(&x.lag()),
    };
    by.then_with(|| (&a.code, &a.name).cmp(&(&b.code, &b.name)))
}

#[derive(Template)]
#[template(path = "progress/board.html")]
struct Board {
    page: Page,
    asked: Asked,
    it: Loaded,
    shown: Vec<(Group, Cause)>,
    rounds: Vec<(String, String)>,
    sorts: Vec<(&'static str, &'static str)>,
    chart: Chart,
    chart_title: String,
    counted: String,
    points: String,
    next: String,
}

impl Board {
    fn is_lot(&self) -> bool {
        self.it.part == Part::Lot
    }

    fn tab(&self, part: &Part) -> String {
        let empty = Asked { key: String::new(), ..self.asked.clone() };
        format!("/progress?{}", empty.query(part.as_str()))
    }

    fn open(&self, group: &Group) -> String {
        let asked = Asked { key: group.key.clone(), ..self.asked.clone() };
        format!("/progress/contracts?{}", asked.query(self.it.part.as_str()))
    }

    fn query(&self) -> String {
        self.asked.query(self.it.part.as_str())
    }
}

/// The board.
pub async fn index(
    page: Page,
    who: Person,
    app: web::Data<App>,
    asked: web::Query<Asked>,
) -> Result<HttpResponse> {
    let (asked, reader, now) = (asked.into_inner(), who.0.clone(), app.now());
    let wanted = asked.clone();
    let it = app.read(move |conn| load(conn, &reader, &wanted, now)).await?;
    let (t, p) = (page.t, &page.t.progress);
    let number: usize = asked.page.parse().unwrap_or(0);
    let from = number.saturating_mul(PAGE);
    let shown: Vec<(Group, Cause)> = it.groups.iter().skip(from).take(PAGE).cloned().collect();
    let plain: Vec<Group> = it.groups.iter().map(|(group, _)| group.clone()).collect();
    let chart = chart::draw(&plain);
    let next = if it.groups.len() > from.saturating_add(PAGE) {
        format!("/progress?{}&page={}", asked.query(it.part.as_str()), number + 1)
    } else {
        String::new()
    };
    let all = std::iter::once((String::new(), t.common.all.to_owned()));
    let rounds = all.chain(it.rounds.iter().cloned()).collect();
    let sorts = vec![
        ("", p.sort_lag),
        ("used", p.sort_used),
        ("fill", p.sort_fill),
        ("on_time", p.sort_on_time),
        ("code", p.sort_code),
    ];
    let counted = counted(t, &it.total, it.is_kept);
    let points = fill(p.points, &[("points", &percent(Some(it.points)))]);
    let chart_title = fill(p.chart_title, &[("n", &chart.bars.len())]);
    page::show(&Board { page, asked, it, shown, rounds, sorts, chart, chart_title, counted, points, next })
}
