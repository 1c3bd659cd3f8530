-- wrk's script: each request asks for a coaching of some municipality, under a key of its own.
local token = os.getenv("BENCH_TOKEN")
local towns = {}
for key in string.gmatch(os.getenv("BENCH_KEYS"), "%d+") do towns[#towns + 1] = key end
local n = 0
local run = os.getenv("BENCH_RUN")

function request()
	n = n + 1
	return wrk.format("POST", "/api/v1/coachings", {
		["Authorization"] = "Bearer " .. token,
		["Content-Type"] = "application/json",
		["Idempotency-Key"] = run .. "-" .. n,
	}, '{"participant":"' .. towns[n % #towns + 1] .. '","requestedOn":"2023-01-01"}')
end

local refused = 0
function response(status) if status ~= 201 then refused = refused + 1 end end
function done(summary)
	io.write(string.format('{"requests":%d,"us":%d,"non2xx":%d,"socket":%d}\n', summary.requests,
		summary.duration, summary.errors.status,
		summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
