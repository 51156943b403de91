-- The list of downloads, as it must be known after a restart; for H2 and PostgreSQL alike.
create table download (
  id varchar(200) primary key,
  position bigint not null unique,
  -- With userinfo and query: nothing could be asked for again without them.
  uri varchar(65536) not null,
  file_name varchar(1000),
  checksum varchar(200),
  -- As JSON, only where the client asked to have them kept.
  headers varchar(65536),
  headers_left_out boolean not null,
  state varchar(20) not null,
  bytes bigint not null,
  error_type varchar(100),
  error_status integer,
  error_detail varchar(4000),
  created_at timestamp with time zone not null,
  ended_at timestamp with time zone
);
