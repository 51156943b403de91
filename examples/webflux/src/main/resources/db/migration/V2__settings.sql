-- What was set while the service ran, as JSON; null where the configuration decides.
create table setting (
  name varchar(20) primary key,
  document varchar(65536)
);
insert into setting (name) values ('limits'), ('network');
