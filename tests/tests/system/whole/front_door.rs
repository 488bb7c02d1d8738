//! CloudFront in front of everything: what it sends where, and what it adds.

use parlance_tests::prelude::*;
use parlance_tests::template::Template;

/// The origin of each path pattern, in the order in which they are tried.
fn behaviours(template: &Template) -> Vec<(String, String)> {
    let config = &template.root["Resources"]["FrontDoor"]["Properties"]["DistributionConfig"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = config["CacheBehaviors"].as_array().unwrap();
    // One that is there on condition is `[condition, it, nothing]`.
    let all = all.iter().map(|one| if one.is_array() { &one[1] } else { one });
    all.map(|one| (text(&one["PathPattern"]), text(&one["TargetOriginId"]))).collect()
}

fn origin<'a>(behaviours: &'a [(String, String)], path: &str) -> &'a str {
    let fits = |pattern: &str| match pattern.strip_suffix('*') {
        Some(begin) => path.starts_with(begin),
        None => path == pattern,
    };
    behaviours.iter().find(|(pattern, _)| fits(pattern)).map_or("web", |(_, origin)| origin)
}

#[test]
fn every_route_is_reached_and_nothing_else_is_taken_from_the_app() {
    let template = Template::load();
    let behaviours = behaviours(&template);
    assert!(behaviours.len() < 75, "CloudFront's quota of behaviours in a distribution");
    let routes = template.http_routes();
    assert!(routes.len() > 50);
    for (method, path, _) in &routes {
        assert_eq!(origin(&behaviours, path), "routes", "{method} {path}");
    }
    assert_eq!(origin(&behaviours, "/ws"), "sockets");
    let mut routes = routes;
    for (name, face) in Template::faces() {
        let (name, theirs) = (name.to_lowercase(), face.http_routes());
        for (method, path, _) in &theirs {
            assert_eq!(origin(&behaviours, path), name, "{method} {path}");
        }
        for (stage, path) in face.socket_paths() {
            let sockets = format!("{name}-sockets");
            assert_eq!(origin(&behaviours, &path), sockets, "{path}");
            // A path of its own is taken with a slash at its end too, and written anew on the way.
            if path != format!("/{stage}") {
                assert_eq!(origin(&behaviours, &format!("{path}/")), sockets, "{path}/");
                let code = &template.root["Resources"]["FaceRewrite"]["Properties"]["FunctionCode"];
                let rewritten = format!("'{path}': '/{stage}'");
                assert!(code.as_str().unwrap().contains(&rewritten), "{rewritten} in FaceRewrite");
            }
        }
        routes.extend(theirs);
    }
    for file in ["/", "/index.html", "/assets/index-1a2b3c.js", "/sw.js", "/manifest.webmanifest"] {
        assert_eq!(origin(&behaviours, file), "web", "{file}");
    }
    let to_routes = |to: &str| to != "web" && !to.ends_with("sockets");
    for (pattern, to) in behaviours.iter().filter(|(_, to)| to_routes(to)) {
        let begin = pattern.trim_end_matches('*');
        let used = routes.iter().any(|(_, path, _)| path == begin || path.starts_with(begin));
        assert!(used, "{pattern} goes to {to} and no route is there");
    }
}

#[test]
fn the_apps_files_have_the_headers_that_they_have_on_one_machine() {
    let template = Template::load();
    let config =
        &template.root["Resources"]["WebHeaders"]["Properties"]["ResponseHeadersPolicyConfig"];
    let security = &config["SecurityHeadersConfig"];
    let file = parlance_tests::stack::project_folder().join("web/headers.json");
    let wanted: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let wanted = wanted["all"].as_object().unwrap();
    for (name, value) in wanted {
        let found = match name.as_str() {
            "content-security-policy" => {
                security["ContentSecurityPolicy"]["ContentSecurityPolicy"].as_str()
            }
            "x-content-type-options" => {
                security["ContentTypeOptions"].is_object().then_some("nosniff")
            }
            "x-frame-options" => security["FrameOptions"]["FrameOption"].as_str(),
            "referrer-policy" => security["ReferrerPolicy"]["ReferrerPolicy"].as_str(),
            other => {
                let all = config["CustomHeadersConfig"]["Items"].as_array().unwrap();
                all.iter().find(|one| one["Header"] == other).and_then(|one| one["Value"].as_str())
            }
        };
        let value = match value {
            // The sockets are behind the same door, so 'self' is enough for them.
            Value::Array(parts) => {
                let parts: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
                let text = parts.join("; ").replace(" {sockets}", "");
                text.replace("{files}", "https://${Files.RegionalDomainName}")
            }
            text => text.as_str().unwrap().to_owned(),
        };
        assert_eq!(found, Some(value.as_str()), "{name}");
    }
}
