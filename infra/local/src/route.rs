//! Which route a request takes, by the rules of API Gateway's HTTP APIs.

use std::collections::BTreeMap;

use crate::template::Route;

/// The routes of one API.
#[derive(Clone, Debug)]
pub struct Router {
    routes: Vec<Route>,
}

/// A route and what its parameters hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken<'a> {
    /// The route itself.
    pub route: &'a Route,
    /// By parameter name; the path was decoded before it was matched.
    pub parameters: BTreeMap<String, String>,
}

impl Router {
    /// A router over these routes; their order does not matter.
    pub fn new(routes: Vec<Route>) -> Self {
        Self { routes }
    }

    /// Every route, in the order given.
    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    /// The most specific route for a decoded path: a literal segment beats `{name}`, which beats `{name+}`, from
    /// left to right; a named method beats `ANY`. None is API Gateway's 404, for a wrong method too.
    pub fn find(&self, method: &str, path: &str) -> Option<Taken<'_>> {
        let matching = self.routes.iter().filter(|route| route.method == method || route.method == "ANY");
        matching
            .filter_map(|route| match_path(&route.path, path).map(|(rank, parameters)| (rank, route, parameters)))
            .min_by_key(|(rank, route, _)| (rank.clone(), route.method == "ANY"))
            .map(|(_, route, parameters)| Taken { route, parameters })
    }
}

/// How specific each segment of a pattern is; less is more specific.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Rank {
    Literal,
    Parameter,
    Greedy,
}

fn match_path(pattern: &str, path: &str) -> Option<(Vec<Rank>, BTreeMap<String, String>)> {
    let mut ranks = Vec::new();
    let mut parameters = BTreeMap::new();
    let mut rest: Vec<&str> = path.strip_prefix('/')?.split('/').collect();
    rest.reverse();
    for segment in pattern.strip_prefix('/')?.split('/') {
        let name = segment.strip_prefix('{').and_then(|segment| segment.strip_suffix('}'));
        match name {
            Some(name) if name.ends_with('+') => {
                rest.reverse();
                let value = rest.join("/");
                if value.is_empty() {
                    return None;
                }
                parameters.insert(name.trim_end_matches('+').to_owned(), value);
                ranks.push(Rank::Greedy);
                return Some((ranks, parameters));
            }
            Some(name) => {
                let value = rest.pop().filter(|value| !value.is_empty())?;
                parameters.insert(name.to_owned(), value.to_owned());
                ranks.push(Rank::Parameter);
            }
            None => {
                rest.pop().filter(|value| *value == segment)?;
                ranks.push(Rank::Literal);
            }
        }
    }
    rest.is_empty().then_some((ranks, parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn router(routes: &[(&str, &str)]) -> Router {
        let route = |&(method, path): &(&str, &str)| Route {
            method: method.to_owned(),
            path: path.to_owned(),
            function: format!("{method} {path}"),
            needs_token: false,
        };
        Router::new(routes.iter().map(route).collect())
    }

    #[test]
    fn the_most_specific_route_wins() {
        let router = router(&[
            ("ANY", "/api/{proxy+}"),
            ("ANY", "/api/chargers/{id}"),
            ("GET", "/api/chargers/{id}"),
            ("POST", "/api/chargers/batch"),
            ("GET", "/api/chargers"),
            ("GET", "/api/{kind}/batch"),
        ]);
        let cases = [
            ("GET", "/api/chargers", Some("GET /api/chargers")),
            ("GET", "/api/chargers/7", Some("GET /api/chargers/{id}")),
            ("DELETE", "/api/chargers/7", Some("ANY /api/chargers/{id}")),
            ("POST", "/api/chargers/batch", Some("POST /api/chargers/batch")),
            ("GET", "/api/chargers/batch", Some("GET /api/chargers/{id}")),
            ("GET", "/api/photos/batch", Some("GET /api/{kind}/batch")),
            ("GET", "/api/photos/batch/1", Some("ANY /api/{proxy+}")),
            ("PUT", "/api/chargers", Some("ANY /api/{proxy+}")),
            ("GET", "/api", None),
            ("GET", "/api/", None),
            ("GET", "/other", None),
        ];
        for (method, path, expected) in cases {
            let found = router.find(method, path).map(|taken| taken.route.function.clone());
            assert_eq!(found.as_deref(), expected, "{method} {path}");
        }
    }

    #[test]
    fn an_unknown_method_is_no_route() {
        let router = router(&[("GET", "/api/chargers")]);
        for method in ["HEAD", "PUT", "OPTIONS", "get"] {
            assert_eq!(router.find(method, "/api/chargers"), None, "{method}");
        }
    }

    #[test]
    fn a_final_slash_is_another_path() {
        let router = router(&[("GET", "/api/chargers"), ("GET", "/api/chargers/{id}")]);
        assert_eq!(router.find("GET", "/api/chargers/"), None);
    }

    #[test]
    fn parameters_hold_what_stands_in_their_place() {
        let router = router(&[("GET", "/a/{one}/{rest+}")]);
        let taken = router.find("GET", "/a/x y/1/2").unwrap();
        let expected = [("one", "x y"), ("rest", "1/2")];
        assert_eq!(taken.parameters, expected.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
    }
}
