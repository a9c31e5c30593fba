# expect: pinned-base
FROM golang:1.27 AS build
RUN make
# expect: pinned-base
FROM debian
COPY --from=build /bin/api /bin/api
