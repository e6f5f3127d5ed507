//! Logging in and out, sessions, lock-out, forgery, headers.

use actix_web::http::header;
use actix_web::test::TestRequest;

use crate::support::Site;

const PASSWORD: &str = "password-of-the-tests";

#[actix_web::test]
async fn a_right_password_opens_a_session_and_logging_out_ends_it() {
    let site = Site::with_city();
    site.get("", "/").await.is(303);
    let answer = site.post("", "/login", &[("login", "Officer"), ("password", PASSWORD), ("to", "/")]).await;
    answer.is(303);
    let cookie = answer.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let session = cookie.split(';').next().unwrap().to_owned();
    let with = |request: TestRequest| request.insert_header((header::COOKIE, session.clone()));
    site.send("", with(TestRequest::get().uri("/"))).await.is(200).shows("officer同志");
    site.send("", with(TestRequest::post().uri("/logout"))).await.is(303);
    site.send("", with(TestRequest::get().uri("/"))).await.is(303);
}

#[actix_web::test]
async fn five_wrong_passwords_lock_the_account_for_a_while() {
    let site = Site::with_city();
    let wrong = [("login", "officer"), ("password", "not it at all"), ("to", "/")];
    for _ in 0..4 {
        site.post("", "/login", &wrong).await.is(422).shows("账号或密码不正确");
    }
    site.post("", "/login", &wrong).await.is(422).shows("账号已锁定");
    let right = [("login", "officer"), ("password", PASSWORD), ("to", "/")];
    site.post("", "/login", &right).await.is(422).shows("2026-11-23 09:15");
    site.set_clock(site.now().plus_millis(15 * 60_000));
    site.post("", "/login", &right).await.is(303);
}

#[actix_web::test]
async fn an_unknown_login_gets_the_same_answer_as_a_wrong_password() {
    let site = Site::with_city();
    let answer = site.post("", "/login", &[("login", "nobody"), ("password", "whatever it is")]).await;
    answer.is(422).shows("账号或密码不正确");
}

#[actix_web::test]
async fn a_session_ends_by_itself() {
    let site = Site::with_city();
    let token = site.token("officer");
    let ask = || TestRequest::get().uri("/").insert_header((header::COOKIE, format!("session={token}")));
    site.send("", ask()).await.is(200);
    site.set_clock(site.now().plus_millis(2 * 3_600_000));
    site.send("", ask()).await.is(303);
}

#[actix_web::test]
async fn a_form_from_another_site_is_refused() {
    let site = Site::with_city();
    let post = || TestRequest::post().uri("/logout").insert_header((header::HOST, "jicai.example"));
    site.send("officer", post().insert_header(("sec-fetch-site", "cross-site"))).await.is(403);
    site.send("officer", post().insert_header((header::ORIGIN, "https://evil.example"))).await.is(403);
    site.send("officer", post().insert_header((header::ORIGIN, "https://jicai.example"))).await.is(303);
    site.send("officer", post().insert_header(("sec-fetch-site", "same-origin"))).await.is(303);
}

#[actix_web::test]
async fn every_page_carries_the_security_headers() {
    let site = Site::with_city();
    let answer = site.get("", "/login").await;
    let csp = answer.headers.get("content-security-policy").unwrap().to_str().unwrap();
    assert!(csp.contains("default-src 'none'") && !csp.contains("unsafe"), "{csp}");
    assert_eq!(answer.headers.get("x-content-type-options").unwrap(), "nosniff");
    answer.hides("<script>").hides(" style=").hides("onclick");
}

#[actix_web::test]
async fn the_language_is_one_switch_away_and_never_leads_off_the_site() {
    let site = Site::with_city();
    let answer = site.post("", "/language", &[("lang", "en"), ("back", "//evil.example/")]).await;
    answer.is(303);
    assert_eq!(answer.location, "/");
    let cookie = answer.headers.get(header::SET_COOKIE).unwrap().to_str().unwrap().to_owned();
    let page = site.send("", TestRequest::get().uri("/login").insert_header((header::COOKIE, cookie))).await;
    page.is(200).shows("lang=\"en\"").shows("Log in");
    site.get("", "/nowhere").await.is(404).shows("没有找到这一页");
}
