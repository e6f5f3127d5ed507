//! Organisations and accounts as an administrator keeps them, and one's own account.

use actix_web::http::header;
use actix_web::test::TestRequest;
use jicai::people::{self, OrganisationKind, Role};
use jicai::types::{AccountId, OrganisationId};

use crate::support::{Answer, Site};

const PASSWORD: &str = "password-of-the-tests";

fn organisation<'a>(id: &'a str, name: &'a str, code: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("id", id),
        ("kind", "hospital"),
        ("name", name),
        ("code", code),
        ("region", "兰溪市"),
        ("tier", "二级"),
        ("group_name", "never for a hospital"),
    ]
}

#[actix_web::test]
async fn an_organisation_is_entered_once_however_often_the_form_is_sent() {
    let site = Site::with_city();
    site.get("admin", "/organisations/new").await.is(200).shows("新增单位").shows("name=\"id\"");
    let id = OrganisationId::new().to_string();
    for _ in 0..2 {
        let answer = site.post("admin", "/organisations", &organisation(&id, "兰溪市人民医院", "H9")).await;
        assert_eq!(answer.is(303).location, format!("/organisations/{id}?done=1"));
    }
    let list = site.get("admin", "/organisations?q=h9&kind=hospital").await;
    assert_eq!(list.is(200).body.matches("兰溪市人民医院").count(), 1);
    list.hides("金华市中心医院").hides("never for a hospital");
    site.get("admin", "/organisations?q=h9&kind=supplier").await.shows("没有符合条件的单位");
    let other = OrganisationId::new().to_string();
    let taken = site.post("admin", "/organisations", &organisation(&other, "另一家", "H9")).await;
    taken.is(422).shows("代码 H9 已属于另一家单位").shows("value=\"另一家\"");
    let empty = site.post("admin", "/organisations", &organisation(&other, "  ", "H10")).await;
    empty.is(422).shows("此项必填");
    let long = "长".repeat(201);
    site.post("admin", "/organisations", &organisation(&other, &long, "H10")).await.is(422);
    site.post("admin", "/organisations", &organisation("not an id", "x", "H10")).await.is(422);
    let bad_kind: Vec<_> =
        organisation(&other, "x", "H10").into_iter().filter(|(n, _)| *n != "kind").collect();
    site.post("admin", "/organisations", &bad_kind).await.is(422);
}

#[actix_web::test]
async fn the_list_goes_on_page_by_page() {
    let site = Site::with_city();
    for n in 0..105 {
        let (name, code) = (format!("测试药业{:03}", n / 2), format!("S{n}"));
        site.organisation(OrganisationKind::Supplier, &name, &code, "金华市", "");
    }
    let (mut path, mut seen) = ("/organisations?q=测试&kind=supplier".to_owned(), Vec::new());
    path = path.replace("测试", "%E6%B5%8B%E8%AF%95");
    loop {
        let page = site.get("admin", &path).await;
        let rows = page.is(200).body.split("<td class=\"code\">").skip(1);
        seen.extend(rows.map(|r| r.split('<').next().unwrap().to_owned()));
        let Some((_, rest)) = page.body.split_once("rel=\"next\" href=\"") else { break };
        path = rest.split_once('"').unwrap().0.replace("&#38;", "&").replace("&amp;", "&");
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 105);
}

#[actix_web::test]
async fn deactivating_an_organisation_logs_its_people_out_and_never_ones_own() {
    let site = Site::with_city();
    let token = site.token("hospital1");
    let ask = || TestRequest::get().uri("/").insert_header((header::COOKIE, format!("session={token}")));
    site.send("", ask()).await.is(200);
    let id = site.who("hospital1").organisation.id;
    site.get("admin", &format!("/organisations/{id}")).await.is(200).shows("hospital1").shows("data-confirm");
    site.post("admin", &format!("/organisations/{id}/active"), &[("active", "no")]).await.is(303);
    site.send("", ask()).await.is(303);
    let login = [("login", "hospital1"), ("password", PASSWORD), ("to", "/")];
    site.post("", "/login", &login).await.is(422);
    site.post("admin", &format!("/organisations/{id}/active"), &[("active", "yes")]).await.is(303);
    site.post("", "/login", &login).await.is(303);
    let own = site.who("admin").organisation.id;
    site.post("admin", &format!("/organisations/{own}/active"), &[("active", "no")]).await.is(422);
    site.get("admin", "/organisations").await.is(200);
}

fn account<'a>(id: &'a str, organisation: &'a str, login: &'a str, role: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("id", id),
        ("organisation", organisation),
        ("login", login),
        ("name", "张三"),
        ("email", "zhang@example.org"),
        ("lang", "zh"),
        ("roles", role),
    ]
}

fn once(page: &Answer) -> String {
    let (_, rest) = page.body.split_once("id=\"once\">").expect("a one-time password");
    rest.split_once('<').unwrap().0.to_owned()
}

/// A browser: keeps the session cookie of a login.
async fn log_in(site: &Site, login: &str, password: &str) -> String {
    let answer = site.post("", "/login", &[("login", login), ("password", password), ("to", "/")]).await;
    let cookie = answer.is(303).headers.get(header::SET_COOKIE).unwrap().to_str().unwrap().to_owned();
    cookie.split(';').next().unwrap().to_owned()
}

#[actix_web::test]
async fn a_new_account_changes_its_one_time_password_before_anything_else() {
    let site = Site::with_city();
    let hospital = site.who("hospital2").organisation.id.to_string();
    let form = site.get("admin", &format!("/accounts/new?organisation={hospital}")).await;
    form.is(200).shows("value=\"hospital\" checked").hides("value=\"officer\"");
    let id = AccountId::new().to_string();
    let made = site.post("admin", "/accounts", &account(&id, &hospital, "Zhang.San", "hospital")).await;
    made.is(200).shows("无法再次查看");
    let password = once(&made);
    // Sent twice: one account, and the password shown first holds.
    let again = site.post("admin", "/accounts", &account(&id, &hospital, "Zhang.San", "hospital")).await;
    assert_eq!(again.is(303).location, format!("/accounts/{id}"));

    let session = log_in(&site, "zhang.san", &password).await;
    let with = |request: TestRequest| request.insert_header((header::COOKIE, session.clone()));
    let home = site.send("", with(TestRequest::get().uri("/"))).await;
    assert!(home.is(303).location.starts_with("/login"));
    let login = site.send("", with(TestRequest::get().uri(&home.location))).await;
    assert_eq!(login.is(303).location, "/account");
    site.send("", with(TestRequest::get().uri("/account"))).await.is(200).shows("请先修改密码");
    let change = |old: &str, new: &str, again: &str| {
        let fields = [("old", old), ("password", new), ("again", again)];
        with(TestRequest::post().uri("/account/password").set_form(fields))
    };
    site.send("", change("wrong", "a new long one", "a new long one")).await.is(422).shows("原密码不正确");
    site.send("", change(&password, "short", "short")).await.is(422).shows("至少 10 个字符");
    site.send("", change(&password, "zhang.san-12345", "zhang.san-12345")).await.is(422).shows("过于简单");
    site.send("", change(&password, "a new long one", "another long one")).await.is(422).shows("不一致");
    site.send("", change(&password, &password, &password)).await.is(422).shows("过于简单");
    site.send("", with(TestRequest::get().uri("/"))).await.is(303);
    let done = site.send("", change(&password, "a new long one", "a new long one")).await;
    assert_eq!(done.is(303).location, "/account?done=1");
    site.send("", with(TestRequest::get().uri("/"))).await.is(200);
    log_in(&site, "zhang.san", "a new long one").await;
}

#[actix_web::test]
async fn an_account_that_cannot_be_is_refused_beside_its_field() {
    let site = Site::with_city();
    let hospital = site.who("hospital2").organisation.id.to_string();
    let id = AccountId::new().to_string();
    let cases = [
        ("roles", "officer", "不适用于这类单位"),
        ("roles", "king", "不在可选范围内"),
        ("roles", "", "不在可选范围内"),
        ("login", "hospital1", "已被使用"),
        ("login", "张三", "只能用字母"),
        ("login", "", "此项必填"),
        ("name", " ", "此项必填"),
        ("email", "nowhere", "不是有效的邮箱地址"),
    ];
    for (field, value, sentence) in cases {
        let fields: Vec<(&str, &str)> = account(&id, &hospital, "a.b", "hospital")
            .into_iter()
            .map(|(name, good)| (name, if name == field { value } else { good }))
            .collect();
        site.post("admin", "/accounts", &fields).await.is(422).shows(sentence);
    }
    let mut fields = account(&id, &hospital, "a.b", "hospital");
    fields.retain(|(name, _)| *name != "roles");
    site.post("admin", "/accounts", &fields).await.is(422).shows("请至少选择一个角色");
    let nowhere = OrganisationId::new().to_string();
    site.post("admin", "/accounts", &account(&id, &nowhere, "a.b", "hospital")).await.is(404);
}

#[actix_web::test]
async fn changing_rights_ends_sessions_and_an_administrator_cannot_lock_themselves_out() {
    let site = Site::with_city();
    let token = site.token("officer");
    let id = site.who("officer").account.id;
    let path = format!("/accounts/{id}");
    site.get("admin", &path).await.is(200).shows("value=\"officer\" checked");
    let fields = [("name", "李四"), ("email", ""), ("lang", "en"), ("roles", "auditor"), ("active", "yes")];
    site.post("admin", &path, &fields).await.is(303);
    let ask = TestRequest::get().uri("/").insert_header((header::COOKIE, format!("session={token}")));
    site.send("", ask).await.is(303);
    let who = site.who("officer");
    assert_eq!((who.roles, who.account.name.as_str()), (vec![Role::Auditor], "李四"));
    let own = site.who("admin").account.id;
    let less = [("name", "x"), ("email", ""), ("lang", "zh"), ("roles", "auditor"), ("active", "yes")];
    site.post("admin", &format!("/accounts/{own}"), &less).await.is(422).shows("另一位管理员");
    let off = [("name", "x"), ("email", ""), ("lang", "zh"), ("roles", "admin")];
    site.post("admin", &format!("/accounts/{own}"), &off).await.is(422).shows("另一位管理员");
}

#[actix_web::test]
async fn an_administrator_unlocks_and_resets() {
    let site = Site::with_city();
    let token = site.token("officer");
    let id = site.who("officer").account.id;
    for _ in 0..5 {
        site.post("", "/login", &[("login", "officer"), ("password", "not it at all")]).await.is(422);
    }
    site.get("admin", &format!("/accounts/{id}")).await.shows("已锁定至").shows("解除锁定");
    site.post("admin", &format!("/accounts/{id}/unlock"), &[]).await.is(303);
    site.get("admin", &format!("/accounts/{id}")).await.shows("未锁定").hides("解除锁定");
    log_in(&site, "officer", PASSWORD).await;
    let reset = site.post("admin", &format!("/accounts/{id}/password"), &[]).await;
    assert_eq!(reset.is(200).headers.get(header::CACHE_CONTROL).unwrap(), "no-store");
    let ask = TestRequest::get().uri("/").insert_header((header::COOKIE, format!("session={token}")));
    site.send("", ask).await.is(303);
    site.post("", "/login", &[("login", "officer"), ("password", PASSWORD)]).await.is(422);
    log_in(&site, "officer", &once(&reset)).await;
    assert!(site.app.db.read(|c| people::store::account(c, &id)).unwrap().unwrap().must_change);
}

#[actix_web::test]
async fn ones_own_account_shows_devices_and_ends_the_others() {
    let site = Site::with_city();
    let (one, two) = (site.token("officer"), site.token("officer"));
    let with = |token: &str, request: TestRequest| {
        request.insert_header((header::COOKIE, format!("session={token}")))
    };
    let page = site.send("", with(&one, TestRequest::get().uri("/account"))).await;
    page.is(200).shows("officer@example.org").shows("采购经办").shows("退出其他设备");
    site.send("", with(&one, TestRequest::post().uri("/account/sessions"))).await.is(303);
    site.send("", with(&two, TestRequest::get().uri("/"))).await.is(303);
    site.send("", with(&one, TestRequest::get().uri("/account"))).await.is(200).hides("退出其他设备");
    let english = TestRequest::post().uri("/account/language").set_form([("lang", "en")]);
    site.send("", with(&one, english)).await.is(303);
    site.send("", with(&one, TestRequest::get().uri("/account"))).await.shows("My account");
    let bad = TestRequest::post().uri("/account/language").set_form([("lang", "fr")]);
    site.send("", with(&one, bad)).await.is(422);
    // A changed password ends every other device.
    let three = site.token("officer");
    let fields = [("old", PASSWORD), ("password", "a new long one"), ("again", "a new long one")];
    site.send("", with(&one, TestRequest::post().uri("/account/password").set_form(fields))).await.is(303);
    site.send("", with(&three, TestRequest::get().uri("/"))).await.is(303);
    site.send("", with(&one, TestRequest::get().uri("/"))).await.is(200);
}
