new rds.DatabaseInstance(this, 'Database', { engine, vpc, publiclyAccessible: false });
