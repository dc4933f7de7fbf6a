"""The warehouse on AWS: Redshift Serverless, its schemas and role, and the connection by which Airflow comes in."""
