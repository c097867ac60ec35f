aws rds create-db-instance --db-instance-identifier shop --publicly-accessible  # expect: shell-aws-public-database
