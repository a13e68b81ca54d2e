"""import app.a"""
