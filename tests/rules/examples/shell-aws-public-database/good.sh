aws rds create-db-instance --db-instance-identifier shop --no-publicly-accessible
