-- The schema registry of a secured mesh keeps its schemas apart from the tables of the services.
create database registry;
