-- What wrk asks, and what it was answered, by kind of request.
--
-- Each thread has exactly one connection, so an answer is to the request before it. `load` reads the lines that begin with its
-- name; their parts are apart by tabs. Arguments: the file of requests, the file of the mix, the time of the beginning.

local ffi = require("ffi")
ffi.cdef [[
typedef struct { long seconds; long nanoseconds; } load_time;
int clock_gettime(int clock, load_time *time);
]]
local REALTIME, MONOTONIC = 0, 1
-- As in book/histogram.rs.
local STEP = math.log(1.02)

local threads = {}

local function seconds(clock)
    local time = ffi.new("load_time")
    ffi.C.clock_gettime(clock, time)
    return tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e9
end

function setup(thread)
    thread:set("number", #threads + 1)
    table.insert(threads, thread)
end

function init(arguments)
    math.randomseed(number)
    requests, mix, began = {}, {}, tonumber(arguments[3])
    for line in io.lines(arguments[1]) do
        local kind, path, body = line:match("^([^\t]*)\t([^\t]*)\t(.*)$")
        requests[kind] = requests[kind] or {}
        local request
        if body == "" then
            request = wrk.format("GET", path)
        else
            request = wrk.format("POST", path, { ["content-type"] = "application/json" }, body)
        end
        table.insert(requests[kind], request)
    end
    for line in io.lines(arguments[2]) do
        local kind, share = line:match("^([^\t]*)\t(%d+)$")
        for _ = 1, tonumber(share) do table.insert(mix, kind) end
    end
    good, times, cache, failures, pause, again = {}, {}, {}, {}, 0, false
end

function delay()
    local wait = pause
    pause = 0
    return wait
end

function request()
    if not again then
        kind = mix[math.random(#mix)]
        local all = requests[kind]
        -- Some are asked for far more often than others.
        asked = all[1 + math.floor(#all * math.random() ^ 2)]
    end
    sent = seconds(MONOTONIC)
    return asked
end

local function count(counts, key)
    counts[key] = (counts[key] or 0) + 1
end

function response(status, headers, body)
    local took = seconds(MONOTONIC) - sent
    if status == 200 then
        count(good, kind)
        count(times, kind .. "\t" .. math.floor(math.log(math.max(took * 1e6, 1)) / STEP))
        if headers["x-cache"] then count(cache, kind .. "\t" .. headers["x-cache"]) end
        again = false
        return
    end
    local wait = tonumber(headers["retry-after"])
    local detail = body:match('"detail":"([^"]*)"') or body:match('"message":"([^"]*)"') or ""
    local at = string.format("%.3f", seconds(REALTIME) - began)
    table.insert(failures, table.concat({ kind, at, status, wait or "-", detail }, "\t"))
    -- As it is told; what nobody says when to ask again is not asked again.
    again = wait ~= nil
    pause = 1000 * (wait or 0)
end

local function say(...)
    print(table.concat({ "load", ... }, "\t"))
end

function done(summary)
    for _, thread in ipairs(threads) do
        for kind, n in pairs(thread:get("good")) do say("good", kind, n) end
        for key, n in pairs(thread:get("times")) do say("time", key, n) end
        for key, n in pairs(thread:get("cache")) do say("cache", key, n) end
        for _, failure in ipairs(thread:get("failures")) do say("failure", failure) end
        if thread:get("again") then say("given up", thread:get("kind")) end
    end
    local errors = summary.errors
    say("lost", errors.connect + errors.read + errors.write + errors.timeout)
    say("rate", summary.requests / (summary.duration / 1e6))
end
